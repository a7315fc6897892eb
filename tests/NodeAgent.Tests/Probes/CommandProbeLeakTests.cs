using NodeAgent.Core;
using NodeAgent.Probes;
using NodeAgent.Tests.Linux;

namespace NodeAgent.Tests.Probes;

/// <summary>Counts what the whole process has open, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class CommandProbeLeakTests : IDisposable
{
    private readonly Box _box = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task Runs_follow_each_other_and_leave_nothing()
    {
        var plugin = _box.At("plugin");
        await File.WriteAllTextAsync(plugin, "#!/bin/sh\necho ok\n");
        Box.Sh($"chmod +x {plugin}");
        var probe = new CommandProbe(Samples.Probe("check") with
        {
            Command = [plugin], Deadline = TimeSpan.FromSeconds(5), Interval = TimeSpan.FromMilliseconds(500),
        }, _box.Clock, _box.Inbox, TimeProvider.System);
        _running = probe.Run(_stopping.Token);
        for (var i = 0; i < 4; i++) Assert.Equal("ok", (await _box.Next<Input.ProbeSampled>()).Reason);
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 6; i++) Assert.Equal("ok", (await _box.Next<Input.ProbeSampled>()).Reason);
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 4);
        CommandProbeTests.NoZombies();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait(TimeSpan.FromSeconds(10));
        _stopping.Dispose();
        _box.Dispose();
    }
}
