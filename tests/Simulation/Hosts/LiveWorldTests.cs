using System.Diagnostics;
using Contracts.Vocabulary;
using Microsoft.Extensions.Time.Testing;
using World.Hosts;

namespace Simulation.Hosts;

/// <summary>A world that runs by a clock: nothing is left out, nothing hangs, and what goes wrong in it is told.</summary>
public sealed class LiveWorldTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_runs_by_the_clock_it_is_given_and_does_what_is_posted()
    {
        var scene = new Scene();
        await using var live = new LiveWorld(scene.World, TimeProvider.System);
        Assert.True(live.Post(w => w.SetHaproxy(Scene.Lb2, ProxyState.Hung)));
        var before = Stopwatch.GetTimestamp();
        while (!await live.Ask(w => w.Picture().Groups[0].Served).WaitAsync(TimeSpan.FromSeconds(20), Stopping)) await Task.Yield();
        var now = await live.Ask(w => w.Time.Now).WaitAsync(TimeSpan.FromSeconds(20), Stopping);
        Assert.InRange((now - Stopwatch.GetElapsedTime(before)).TotalSeconds, -0.5, 0.5);
        Assert.Equal(ProxyState.Hung, (await live.Ask(w => w.Picture())).Nodes[1].Haproxy);
    }
}
