using System.Net;
using System.Net.Sockets;

namespace Contracts.Tests.Bus;

/// <summary>
/// Stands between client and broker and swallows what it is told to: the connection stays open and one direction is silent, as behind a
/// firewall that forgot it.
/// </summary>
internal sealed class SwallowingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _connections;

    public SwallowingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Number of the connection from 1, from the broker or to it, the bytes; true = swallow these and all that follow on that way.</summary>
    public Func<int, bool, ReadOnlyMemory<byte>, bool>? Swallow { get; set; }

    private async Task Accept()
    {
        List<Task> carried = [];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                carried.Add(Carry(await _listener.AcceptTcpClientAsync(_stopping.Token), Interlocked.Increment(ref _connections)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        await Task.WhenAll(carried);
    }

    private async Task Carry(TcpClient client, int number)
    {
        try
        {
            using var here = client;
            using var there = new TcpClient();
            await there.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            await Task.WhenAny(Pump(here, there, number, fromBroker: false), Pump(there, here, number, fromBroker: true));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // the one end sees that the other is gone
        }
    }

    private async Task Pump(TcpClient from, TcpClient to, int number, bool fromBroker)
    {
        var buffer = new byte[64 * 1024];
        var swallowing = false;
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is > 0 and var got)
            {
                swallowing |= Swallow?.Invoke(number, fromBroker, buffer.AsMemory(0, got)) == true;
                if (!swallowing) await to.GetStream().WriteAsync(buffer.AsMemory(0, got), _stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // as above
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
    }
}
