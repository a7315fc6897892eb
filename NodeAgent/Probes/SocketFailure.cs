using System.Net.Sockets;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>Whose fault a failed socket call is. What this host lacks says nothing about the target: unknown, never bad.</summary>
internal static class SocketFailure
{
    public static (SampleResult Result, string Reason) Describe(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => (SampleResult.Bad, "connection refused"),
        SocketError.ConnectionReset or SocketError.Shutdown => (SampleResult.Bad, "connection reset"),
        SocketError.HostUnreachable => (SampleResult.Bad, "host unreachable"),
        SocketError.NetworkUnreachable => (SampleResult.Bad, "no route"),
        SocketError.NetworkDown or SocketError.HostDown => (SampleResult.Bad, "network down"),
        SocketError.TimedOut => (SampleResult.Bad, "timed out in the kernel"),
        SocketError.TooManyOpenSockets => (SampleResult.Unknown, "this agent has too many open files (LimitNOFILE=)"),
        SocketError.AddressNotAvailable => (SampleResult.Unknown, "this host has no free local port or address"),
        SocketError.NoBufferSpaceAvailable => (SampleResult.Unknown, "this host has no socket buffers left"),
        SocketError.AccessDenied => (SampleResult.Unknown, "this host does not allow it (local firewall?)"),
        _ => (SampleResult.Bad, $"socket error {error.SocketErrorCode}"),
    };
}
