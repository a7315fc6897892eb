using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

public sealed class ProcessProbeTests(ITestOutputHelper output) : IDisposable
{
    private readonly Box _box = new();
    private readonly PidfdWatcher _watcher = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private static int s_names;
    private readonly string _comm = $"pp{Environment.ProcessId % 100000}x{Interlocked.Increment(ref s_names)}";

    private IProbe Start(string? listen = null, double intervalMs = 60_000, double deadlineMs = 10_000)
    {
        var options = Samples.Probe("proxy") with
        {
            Process = _comm, Listen = listen, Interval = TimeSpan.FromMilliseconds(intervalMs), Deadline = TimeSpan.FromMilliseconds(deadlineMs),
        };
        var probe = ProbeFactory.Create(Samples.Agent(options), _box.Clock, _box.Inbox, _watcher).Single();
        _running = probe.Run(_stopping.Token);
        return probe;
    }

    [Fact]
    public async Task A_killed_process_is_told_within_milliseconds_though_the_next_regular_sample_is_a_minute_away()
    {
        var process = _box.Sleeper(_comm);
        Start();
        var first = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Good, "1 process", _comm, "proxy"), (first.Result, first.Reason, first.Target, first.Probe));
        var took = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var killed = _box.Clock.Now;
            process.Kill();
            var bad = await _box.Next<Input.ProbeSampled>(sample => sample.Result == SampleResult.Bad);
            took.Add((bad.At - killed).TotalMilliseconds);
            Assert.Equal($"no process {_comm}", bad.Reason);
            Assert.True(bad.TakenAt >= killed && bad.At >= bad.TakenAt);
            process = _box.Sleeper(_comm);
            // the process is there, and found by asking once more; a request counts once per interval, so a new probe asks
            await Restart();
        }
        took.Sort();
        output.WriteLine($"SIGKILL to sample posted, n = {took.Count}: median {took[10]:F2} ms, worst {took[^1]:F2} ms");
        // a busy machine lets some of them wait; nothing in the watch may
        Assert.True(took[4] < 20, $"the fifth of {took.Count} took {took[4]:F2} ms");
    }

    private async Task Restart()
    {
        Start();
        await _box.Next<Input.ProbeSampled>(sample => sample.Result == SampleResult.Good);
    }

    [Fact]
    public async Task A_reload_where_old_and_new_overlap_is_good_throughout()
    {
        var old = _box.Sleeper(_comm);
        Start();
        await _box.Next<Input.ProbeSampled>();
        var successor = _box.Sleeper(_comm);
        old.Kill();
        var after = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Good, "1 process"), (after.Result, after.Reason));
        successor.Kill();
        Assert.Equal(SampleResult.Bad, (await _box.Next<Input.ProbeSampled>()).Result);
    }

    [Fact]
    public async Task Something_that_listens_keeps_it_good_without_a_process_and_its_end_makes_it_bad()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var probe = Start($"*:{port}");
        var good = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Good, $"no process {_comm}, but something listens at *:{port}"), (good.Result, good.Reason));
        listener.Stop();
        probe.Repeat();
        var bad = await _box.Next<Input.ProbeSampled>();
        Assert.Equal((SampleResult.Bad, $"no process {_comm}, nothing listens at *:{port}"), (bad.Result, bad.Reason));
    }

    [Fact]
    public async Task A_scan_slower_than_its_deadline_is_unknown()
    {
        _box.Sleeper(_comm);
        Start(deadlineMs: 0.001);
        Assert.Equal(SampleResult.Unknown, (await _box.Next<Input.ProbeSampled>()).Result);
    }

    [Fact]
    public async Task A_zombie_is_no_process()
    {
        // the shell never waits for its child, so the child stays a zombie while the shell lives as sleep
        _box.Start("/bin/sh", "-c", $"cp /bin/true {_box.At(_comm)}; {_box.At(_comm)} & exec sleep 60");
        var listed = Stopwatch.StartNew();
        while (!Box.Sh("cat /proc/[0-9]*/stat 2>/dev/null || true").Contains($"({_comm}) Z") && listed.ElapsedMilliseconds < 30_000) await Task.Yield();
        Assert.Contains($"({_comm}) Z", Box.Sh("cat /proc/[0-9]*/stat 2>/dev/null || true"));
        var found = new List<int>();
        Assert.Equal(Sight.Full, ProcessTable.Find(_comm, found));
        Assert.Empty(found);
    }

    [Fact]
    public void A_name_longer_than_the_kernel_keeps_is_found_by_its_first_15_characters()
    {
        var name = _comm.PadRight(15, 'y') + "-and-more";
        var process = _box.Sleeper(name);
        var found = new List<int>();
        ProcessTable.Find(name, found);
        Assert.Equal([process.Id], found);
        Assert.True(ProcessTable.Is(process.Id, name));
        Assert.False(ProcessTable.Is(process.Id, "keepalived"));
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        _watcher.Dispose();
        _box.Dispose();
        _stopping.Dispose();
    }
}
