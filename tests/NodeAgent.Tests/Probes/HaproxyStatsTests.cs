using System.Net.Sockets;
using System.Text;
using Contracts.Hosting;
using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

/// <summary>Where others get haproxy's figures from: a probe's newest table, or, where no probe reads it, a reading of their own.</summary>
public sealed class HaproxyStatsTests : IDisposable
{
    private const string Answer = "# pxname,svname,status,type,\nweb,a,UP,2,\n\n";

    private readonly Box _box = new();
    private readonly HandTime _time = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Socket _server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Task> _running = [];

    private string At => _box.At("h.sock");

    private HaproxySocketProbe Probe(string? backend, double seconds = 1000, string? path = null) => new(
        Samples.Probe("stats") with { HaproxySocket = path ?? At, Backend = backend, Interval = TimeSpan.FromSeconds(seconds), Deadline = TimeSpan.FromSeconds(10) },
        new ProcessClock(_time), _box.Inbox, TimeProvider.System);

    private IHaproxyStats Of(params IProbe[] probes) => ProbeFactory.Haproxy(At, probes, new ProcessClock(_time));

    [Fact]
    public void The_probe_that_reads_that_table_most_often_is_taken_and_no_other()
    {
        var (slow, fast) = (Probe("web", 2), Probe("api", 1));
        Assert.Same(fast, Of(slow, Probe(null, 0.1), Probe("web", 0.1, _box.At("other.sock")), fast));
        Assert.IsType<HaproxyReading>(Of(Probe(null), Probe("web", 1, _box.At("other.sock"))));
    }

    [Fact]
    public async Task A_probes_table_is_shown_without_asking_haproxy_and_for_three_intervals()
    {
        Listen();
        var probe = Probe("web", seconds: 10_000);
        Assert.Null(await Of(probe).Newest(_stopping.Token));
        _running.Add(probe.Run(_stopping.Token));
        await Serve(Answer);
        await _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Good);
        _time.Pass(TimeSpan.FromSeconds(30_000));
        var stats = (await Of(probe).Newest(_stopping.Token))!;
        Assert.Equal("a", Assert.Single(stats.Rows).Name);
        Assert.Equal(TimeSpan.Zero, stats.ReadAt);
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(await Of(probe).Newest(_stopping.Token));
    }

    [Fact]
    public async Task A_table_that_was_followed_by_no_answer_is_not_shown_any_more()
    {
        Listen();
        var probe = Probe("web", seconds: 0.05);
        _running.Add(probe.Run(_stopping.Token));
        await Serve(Answer);
        await _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Good);
        await Serve("what?\n");
        await _box.Next<Input.ProbeSampled>(s => s.Result == SampleResult.Bad);
        Assert.False((await Of(probe).Newest(_stopping.Token))!.Answers);
    }

    [Fact]
    public async Task Without_such_a_probe_haproxy_is_asked_at_that_moment()
    {
        var alone = Of();
        Assert.False((await alone.Newest(_stopping.Token))!.Answers);
        Listen();
        _time.Pass(TimeSpan.FromSeconds(7));
        var asked = alone.Newest(_stopping.Token).AsTask();
        Assert.Equal("show stat\n", await Serve(Answer));
        var stats = (await asked)!;
        Assert.Equal((TimeSpan.FromSeconds(7), "UP"), (stats.ReadAt, Assert.Single(stats.Rows).Status));
        asked = alone.Newest(_stopping.Token).AsTask();
        await Serve("Permission denied\n");
        Assert.False((await asked)!.Answers);
        // nobody accepts: given up by itself
        Assert.False((await alone.Newest(_stopping.Token))!.Answers);
    }

    private void Listen()
    {
        _server.Bind(new UnixDomainSocketEndPoint(At));
        _server.Listen(5);
    }

    private async Task<string> Serve(string text)
    {
        using var connection = await _server.AcceptAsync();
        var asked = new byte[64];
        var length = await connection.ReceiveAsync(asked);
        await connection.SendAsync(Encoding.UTF8.GetBytes(text));
        connection.Shutdown(SocketShutdown.Both);
        return Encoding.ASCII.GetString(asked, 0, length);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running]);
        _server.Dispose();
        _stopping.Dispose();
        _box.Dispose();
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Pass(TimeSpan span) => Interlocked.Add(ref _ticks, span.Ticks);
    }
}
