using Contracts.Vocabulary;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Linux;
using NodeAgent.Tests.Linux;
using NodeAgent.Tests.Probes;

namespace NodeAgent.Tests.Keepalived;

public sealed class KeepalivedWatchTests(ITestOutputHelper output) : IDisposable
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private readonly Box _box = new();
    private readonly PidfdWatcher _watcher = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private KeepalivedWatch Watch() => new([Samples.Group("web") with { KeepalivedPidFile = _box.At("pid") }], _box.Clock, _box.Inbox, _watcher);

    [Fact]
    public async Task Its_death_is_told_at_once_and_its_return_within_the_second()
    {
        var keepalived = _box.Sleeper(KeepalivedWatch.Comm);
        File.WriteAllText(_box.At("pid"), $"{keepalived.Id}\n");
        var watch = Watch();
        Assert.True(watch.Look()[Web]);
        _running = watch.Run(_stopping.Token);
        var killed = _box.Clock.Now;
        keepalived.Kill();
        var dead = await _box.Next<Input.KeepalivedAlive>();
        Assert.Equal((Web, false), (dead.Group, dead.Alive));
        output.WriteLine($"SIGKILL to posted: {(dead.At - killed).TotalMilliseconds:F2} ms");
        // before the next look, which is a second later
        Assert.True(dead.At - killed < TimeSpan.FromMilliseconds(900), $"{dead.At - killed}");
        var successor = _box.Sleeper(KeepalivedWatch.Comm);
        File.WriteAllText(_box.At("pid"), $"{successor.Id}\n");
        Assert.True((await _box.Next<Input.KeepalivedAlive>()).Alive);
    }

    [Fact]
    public void A_stale_pid_file_that_names_another_program_or_nothing_is_dead()
    {
        var other = _box.Sleeper("other");
        File.WriteAllText(_box.At("pid"), $"{other.Id}\n");
        Assert.False(Watch().Look()[Web]);
        File.WriteAllText(_box.At("pid"), "4194303\n");
        Assert.False(Watch().Look()[Web]);
    }

    [Fact]
    public void Without_a_pid_file_any_keepalived_counts()
    {
        _box.Sleeper(KeepalivedWatch.Comm);
        Assert.True(Watch().Look()[Web]);
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
