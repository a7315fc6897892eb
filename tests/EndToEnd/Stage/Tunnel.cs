using System.Net;
using System.Net.Sockets;
using Lab.Hosts;

namespace EndToEnd.Stage;

/// <summary>
/// A port on this machine's loopback behind which stands a port inside the lab, reached from one of its hosts: what the steering link of
/// this process connects to.
/// </summary>
internal sealed class Tunnel : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Host _from;
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    public Tunnel(Host from, string targetHost, int port)
    {
        (_from, _target) = (from, new IPEndPoint(IPAddress.Parse(Topology.Address(targetHost)), port));
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private async Task Accept()
    {
        List<Task> connections = [];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                connections.Add(Carry(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await Task.WhenAll(connections);
    }

    private async Task Carry(TcpClient client)
    {
        try
        {
            using var here = client;
            here.NoDelay = true;
            await using var there = (NetworkStream)await _from.Connect(_target, _stopping.Token);
            there.Socket.NoDelay = true;
            var near = here.GetStream();
            await Task.WhenAny(near.CopyToAsync(there, _stopping.Token), there.CopyToAsync(near, _stopping.Token));
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            // the one end sees that the other is gone
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }
}
