using System.Net;
using System.Net.Sockets;
using System.Text;
using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

public sealed class ServiceProbeTests : IDisposable
{
    private readonly Box _box = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly ServiceProbe _probe;
    private readonly Task _running;

    public ServiceProbeTests()
    {
        _server.Start();
        _probe = new ServiceProbe(GroupName.Parse("web"), _box.Clock, _box.Inbox, TimeProvider.System);
        _running = _probe.Run(_stopping.Token);
    }

    private Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_server.LocalEndpoint).Port}/ready");

    /// <summary>Answers until it is seen in time: on a busy machine an answer may miss the half second.</summary>
    private async Task<Input.ServiceSampled> Answer(string text, string seen)
    {
        while (true)
        {
            using var connection = await _server.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));
            try
            {
                _ = await connection.ReceiveAsync(new byte[1000]);
                await connection.SendAsync(Encoding.ASCII.GetBytes(text));
            }
            catch (SocketException)
            {
                // it has given up
            }
            if (await _box.Next<Input.ServiceSampled>() is var sample && (sample.Reason == seen || !sample.Reason.StartsWith("no answer in", StringComparison.Ordinal))) return sample;
        }
    }

    [Fact]
    public async Task It_asks_nothing_until_told_then_at_once_and_each_second()
    {
        await Task.Delay(1200);
        Assert.False(_server.Pending());
        var told = _box.Clock.Now;
        _probe.Ask(Address);
        var first = await Answer("HTTP/1.1 302 Found\r\n\r\n", "status 302");
        Assert.Equal((SampleResult.Good, "status 302", "web", Address), (first.Result, first.Reason, first.Group.Value, first.Address));
        Assert.InRange(first.TakenAt - told, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var second = await Answer("HTTP/1.1 503 Service Unavailable\r\n\r\n", "status 503");
        Assert.Equal((SampleResult.Bad, "status 503"), (second.Result, second.Reason));
        Assert.InRange(second.TakenAt - first.TakenAt, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
        _probe.Ask(null);
        await Task.Delay(1200);
        Assert.False(_server.Pending());
    }

    [Fact]
    public async Task Silence_is_bad_after_half_a_second()
    {
        _probe.Ask(Address);
        using var connection = await _server.AcceptSocketAsync();
        var sample = await _box.Next<Input.ServiceSampled>();
        Assert.Equal((SampleResult.Bad, "no answer in 500 ms"), (sample.Result, sample.Reason));
        Assert.InRange(sample.Took.TotalMilliseconds, 495, 3000);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        _server.Stop();
        _stopping.Dispose();
        _box.Dispose();
    }
}
