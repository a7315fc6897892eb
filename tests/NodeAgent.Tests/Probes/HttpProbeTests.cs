using System.Net;
using System.Net.Sockets;
using System.Text;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

public sealed class HttpProbeTests : IDisposable
{
    private readonly Box _box = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public HttpProbeTests() => _server.Start();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private HttpProbe Start(Func<ProbeOptions, ProbeOptions>? with = null)
    {
        var options = Samples.Probe("health") with
        {
            Http = new Uri($"http://127.0.0.1:{Port}/healthz?x=1"), Interval = TimeSpan.FromMinutes(1),
        };
        var probe = new HttpProbe(with?.Invoke(options) ?? options, _box.Clock, _box.Inbox, TimeProvider.System);
        _running = probe.Run(_stopping.Token);
        return probe;
    }

    private async Task<(string Request, Input.ProbeSampled Sample)> Answer(params string[] pieces)
    {
        using var connection = await _server.AcceptSocketAsync();
        var request = new byte[4096];
        var length = await connection.ReceiveAsync(request);
        foreach (var piece in pieces) await connection.SendAsync(Encoding.ASCII.GetBytes(piece));
        if (pieces.Length == 0) connection.Shutdown(SocketShutdown.Both);
        return (Encoding.ASCII.GetString(request, 0, length), await _box.Next<Input.ProbeSampled>());
    }

    [Fact]
    public async Task It_sends_a_plain_get_with_host_and_reads_the_status_line()
    {
        Start();
        var (request, sample) = await Answer("HTTP/1.1 20", "0 OK\r\nContent");
        Assert.StartsWith($"GET /healthz?x=1 HTTP/1.0\r\nHost: 127.0.0.1:{Port}\r\n", request);
        Assert.EndsWith("\r\n\r\n", request);
        Assert.Equal((SampleResult.Good, "status 200", $"127.0.0.1:{Port}"), (sample.Result, sample.Reason, sample.Target));
        Assert.InRange(sample.Took, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(ProbeClass.Hard, 503, SampleResult.Good)]
    [InlineData(ProbeClass.Soft, 503, SampleResult.Bad)]
    [InlineData(ProbeClass.Soft, 404, SampleResult.Bad)]
    [InlineData(ProbeClass.Soft, 204, SampleResult.Good)]
    [InlineData(ProbeClass.Soft, 302, SampleResult.Good)]
    public async Task The_class_decides_which_status_is_good(ProbeClass @class, int status, SampleResult result)
    {
        Start(options => options with { Class = @class });
        var (_, sample) = await Answer($"HTTP/1.0 {status}\n");
        Assert.Equal((result, $"status {status}"), (sample.Result, sample.Reason));
    }

    [Theory]
    [InlineData(200, SampleResult.Bad)]
    [InlineData(418, SampleResult.Good)]
    public async Task Expected_codes_decide_whatever_the_class(int status, SampleResult result)
    {
        Start(options => options with { Expect = [418] });
        Assert.Equal(result, (await Answer($"HTTP/1.1 {status} x\r\n")).Sample.Result);
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_is_bad_at_the_deadline()
    {
        Start(options => options with { Deadline = TimeSpan.FromMilliseconds(300) });
        using var connection = await _server.AcceptSocketAsync();
        var sample = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Bad, "no answer in 300 ms"), (sample.Result, sample.Reason));
        Assert.InRange(sample.Took.TotalMilliseconds, 295, 3000);
    }

    [Fact]
    public async Task A_server_that_drips_bytes_cannot_stretch_the_deadline()
    {
        Start(options => options with { Deadline = TimeSpan.FromMilliseconds(300) });
        using var connection = await _server.AcceptSocketAsync();
        await connection.SendAsync("HTTP/1.1 2"u8.ToArray());
        Assert.Equal("no answer in 300 ms", (await _box.Next<Input.ProbeSampled>()).Reason);
    }

    [Fact]
    public async Task A_closed_port_is_refused_at_once()
    {
        _server.Stop();
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            Start(options => options with { Http = new Uri($"http://localhost:{port}/") });
        }
        var sample = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Bad, "connection refused"), (sample.Result, sample.Reason));
        Assert.True(sample.Took < TimeSpan.FromSeconds(5), $"{sample.Took}: its deadline was waited for");
    }

    [Fact]
    public async Task A_close_without_an_answer_and_an_answer_that_is_not_http_are_bad()
    {
        Start();
        Assert.Equal((SampleResult.Bad, "closed without an answer"), await Outcome());
        await _stopping.CancelAsync();
        await _running;
        var second = new HttpProbe(Samples.Probe("p") with { Http = new Uri($"http://127.0.0.1:{Port}/") }, _box.Clock, _box.Inbox, TimeProvider.System);
        using var stopping = new CancellationTokenSource();
        var running = second.Run(stopping.Token);
        var (_, sample) = await Answer("SSH-2.0-OpenSSH\r\n");
        Assert.Equal((SampleResult.Bad, "the answer is not HTTP"), (sample.Result, sample.Reason));
        await stopping.CancelAsync();
        await running;

        async Task<(SampleResult, string)> Outcome()
        {
            var (_, sample) = await Answer();
            return (sample.Result, sample.Reason);
        }
    }

    [Fact]
    public async Task Endless_bytes_without_a_line_end_stop_at_the_limit()
    {
        Start();
        var (_, sample) = await Answer("HTTP/1.1 200 " + new string('x', 5000));
        Assert.Equal((SampleResult.Bad, "no status line in 4096 bytes"), (sample.Result, sample.Reason));
    }

    [Fact]
    public void Tls_is_refused_with_the_probes_name()
    {
        var options = Samples.Agent(Samples.Probe("health") with { Http = new Uri("https://127.0.0.1/") });
        using var watcher = new NodeAgent.Linux.PidfdWatcher();
        var error = Assert.Throws<FormatException>(() => ProbeFactory.Create(options, _box.Clock, _box.Inbox, watcher));
        Assert.StartsWith("probe health: '", error.Message);
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_unknown_never_bad()
    {
        Start(options => options with { Http = new Uri("http://no-such-name.invalid/") });
        var sample = await _box.Next<Input.ProbeSampled>();
        Assert.Equal(SampleResult.Unknown, sample.Result);
        Assert.StartsWith("the name no-such-name.invalid ", sample.Reason);
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
