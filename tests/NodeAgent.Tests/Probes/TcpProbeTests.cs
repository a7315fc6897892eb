using System.Net;
using System.Net.Sockets;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

public sealed class TcpProbeTests : IDisposable
{
    private readonly Box _box = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly List<Task> _running = [];

    public TcpProbeTests() => _server.Start(1);

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private async Task<Input.ProbeSampled> One(string host = "127.0.0.1", int? port = null, int deadlineMs = 10_000)
    {
        var options = Samples.Probe("db") with
        {
            Tcp = new HostPort(host, port ?? Port), Interval = TimeSpan.FromMinutes(1), Deadline = TimeSpan.FromMilliseconds(deadlineMs),
        };
        var probe = ProbeFactory.Create(Samples.Agent(options), _box.Clock, _box.Inbox, null!).Single();
        _running.Add(probe.Run(_stopping.Token));
        return await _box.Next<Input.ProbeSampled>();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task What_accepts_is_good_and_sees_a_reset(string host)
    {
        var sample = await One(host);
        Assert.Equal((SampleResult.Good, "accepts", $"{host}:{Port}"), (sample.Result, sample.Reason, sample.Target));
        using var connection = await _server.AcceptSocketAsync();
        await Assert.ThrowsAsync<SocketException>(async () => await connection.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task What_refuses_is_bad_at_once()
    {
        var port = Port;
        _server.Stop();
        var sample = await One(port: port);
        Assert.Equal((SampleResult.Bad, "connection refused"), (sample.Result, sample.Reason));
        Assert.True(sample.Took < TimeSpan.FromSeconds(5), $"{sample.Took}: its deadline was waited for");
    }

    [Fact]
    public async Task What_does_not_accept_is_bad_at_the_deadline()
    {
        // a full queue of connections: the kernel drops the next SYN
        var fillers = new List<Socket>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                fillers.Add(filler);
                _ = filler.ConnectAsync(IPAddress.Loopback, Port);
            }
            await Task.Delay(50);
            var sample = await One(deadlineMs: 200);
            Assert.Equal((SampleResult.Bad, "no connection in 200 ms"), (sample.Result, sample.Reason));
            Assert.InRange(sample.Took.TotalMilliseconds, 195, 3000);
        }
        finally
        {
            fillers.ForEach(f => f.Dispose());
        }
    }

    [Fact]
    public async Task An_address_in_brackets_is_taken()
    {
        using var six = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        six.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        six.Listen();
        Assert.Equal("accepts", (await One("[::1]", ((IPEndPoint)six.LocalEndPoint!).Port)).Reason);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running]);
        _server.Stop();
        _stopping.Dispose();
        _box.Dispose();
    }
}
