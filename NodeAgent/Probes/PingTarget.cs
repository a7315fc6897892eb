using System.Net;
using System.Net.Sockets;
using NodeAgent.Core;

namespace NodeAgent.Probes;

/// <summary>
/// One address and its connected ICMP datagram socket, which needs no privilege where net.ipv4.ping_group_range includes the agent's group
/// (it rules IPv6 too). The socket is opened anew after each sample that was not good, so that a changed route or source address heals.
/// </summary>
internal sealed class PingTarget(string text, TimeSpan deadline) : IDisposable
{
    private readonly IPAddress _address = ProbeAddress.Parse(text);
    private readonly byte[] _packet = new byte[EchoPacket.Length];
    private readonly byte[] _answer = new byte[128];
    private Socket? _socket;
    private ushort _sequence;

    public async ValueTask<(SampleResult Result, string Reason)> Ask(CancellationToken expired)
    {
        var (result, reason) = await Try(expired).ConfigureAwait(false);
        if (result != SampleResult.Good) Dispose();
        return (result, reason);
    }

    private async ValueTask<(SampleResult, string)> Try(CancellationToken expired)
    {
        var six = _address.AddressFamily == AddressFamily.InterNetworkV6;
        try
        {
            _socket ??= Open(six);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AccessDenied)
        {
            return (SampleResult.Unknown, "the kernel refuses ICMP sockets to the agent's group: set sysctl net.ipv4.ping_group_range to include it (\"0 2147483647\" allows all)");
        }
        catch (SocketException error)
        {
            return SocketFailure.Describe(error);
        }
        try
        {
            EchoPacket.Write(_packet, six, ++_sequence);
            await _socket.SendAsync(_packet, expired).ConfigureAwait(false);
            while (true)
            {
                var got = await _socket.ReceiveAsync(_answer, expired).ConfigureAwait(false);
                if (EchoPacket.IsReply(_answer.AsSpan(0, got), six, _sequence)) return (SampleResult.Good, "answers");
            }
        }
        catch (OperationCanceledException)
        {
            return (SampleResult.Bad, $"no answer in {deadline.TotalMilliseconds:F0} ms");
        }
        catch (SocketException error)
        {
            // an ICMP error for a connected ping socket reads as "refused"
            return error.SocketErrorCode == SocketError.ConnectionRefused ? (SampleResult.Bad, "port or protocol unreachable") : SocketFailure.Describe(error);
        }
    }

    private Socket Open(bool six)
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Dgram, six ? ProtocolType.IcmpV6 : ProtocolType.Icmp);
        try
        {
            socket.Connect(new IPEndPoint(_address, 0));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
