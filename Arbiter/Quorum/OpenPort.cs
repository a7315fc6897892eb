using System.Net.Sockets;
using Contracts.Configuration;

namespace Arbiter.Quorum;

/// <summary>
/// Whether anything listens at an address, whatever it has to say: the client library does not always tell a server that refuses it from one that is gone.
/// </summary>
internal static class OpenPort
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>False for an address that is none, and when nobody answered within 1 s.</summary>
    public static async Task<bool> Listens(string address, TimeProvider time, CancellationToken stopping)
    {
        if (!Addresses.TryHostPort(address, out var host, out var port)) return false;
        using var until = new CancellationTokenSource(s_patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(until.Token, stopping);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host.Trim('[', ']'), port, both.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            return false;
        }
    }
}
