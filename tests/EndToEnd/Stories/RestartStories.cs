using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>Daemons that are restarted, reloaded and killed in daily life.</summary>
public sealed class RestartStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_reload_of_haproxy_is_no_failure_and_a_stop_and_start_is_one_fence_and_one_move()
    {
        var holder = await Scene.Calm();
        var log = Scene.Log(holder, "agent");
        var reloaded = Now;
        await ServiceTable.Haproxy.Reload(Scene.Host(holder));
        await Task.Delay(Settle);
        var reload = await Scene.SeenSince(reloaded, holder);
        Tell($"reload: {reload}");
        Assert.Equal(0, reload.Moves.Count);
        Assert.Equal(0, log.Count("Fence:"));

        var restarted = Now;
        await ServiceTable.Haproxy.Stop(Scene.Host(holder));
        await Scene.Start(ServiceTable.Haproxy, holder);
        await Task.Delay(Settle);
        Assert.Equal(Scene.Other(holder), await Scene.Rearmed());
        var seen = await Scene.SeenSince(restarted, holder);
        Moved(seen, FencePathMs, "haproxy stopped and started, until armed again");
        Assert.Equal(1, log.Count("Fence: "));
        Scene.Figures.Milliseconds("haproxy stopped and started: outage", seen.Outage.Milliseconds);
    }

    [Fact]
    public async Task An_agent_that_is_killed_stopped_or_restarted_moves_nothing()
    {
        var holder = await Scene.Calm();
        var standby = Scene.Other(holder);
        var from = Now;
        await Scene.Strike("kill-agent", holder);
        await Task.Delay(Settle);
        await Again(holder);
        Quiet(await Scene.SeenSince(from, holder), "agent of the holder killed, stopped, started");
        await Scene.Strike("kill-agent", standby);
        await Task.Delay(Settle);
        await Again(standby);
        Assert.Equal(holder, await Scene.Rearmed());
        Quiet(await Scene.SeenSince(from, holder), "agents of holder and standby killed, stopped, started, until armed again");
    }

    /// <summary>In every run the simulator's seeds do this hundreds of times (V4).</summary>
    [Fact]
    [Trait("tier", "long")]
    public async Task Without_the_control_plane_an_agent_that_is_killed_stopped_or_restarted_moves_nothing_either()
    {
        var holder = await Scene.Calm();
        var from = await Scene.Strike("kill-control-plane");
        await Task.Delay(Settle);
        foreach (var balancer in new[] { holder, Scene.Other(holder) })
        {
            await Scene.Strike("kill-agent", balancer);
            await Task.Delay(Settle);
            await Again(balancer);
        }
        await Task.Delay(Settle);
        Quiet(await Scene.SeenSince(from, holder), "no control plane, agents killed, stopped, started");
        Assert.Equal(holder, await Scene.Calm());
        Quiet(await Scene.SeenSince(from, holder), "control plane back, until armed again");
    }

    [Fact]
    public async Task A_restarted_keepalived_moves_the_VIP_once_at_most_and_not_back()
    {
        var holder = await Scene.Calm();
        var from = Now;
        await ServiceTable.Keepalived.Stop(Scene.Host(holder));
        await Scene.Start(ServiceTable.Keepalived, holder);
        await Task.Delay(Settle);
        await Scene.Rearmed();
        var seen = await Scene.SeenSince(from, holder);
        Tell($"keepalived restarted on the holder, until armed again: {seen}");
        Assert.True(seen.Moves.Count <= 1, $"one move at most: {seen}");
        Assert.True(seen.Outage.Milliseconds <= FencePathMs, $"it says goodbye: {seen}");
        Scene.Figures.Milliseconds("keepalived restarted on the holder: outage", seen.Outage.Milliseconds);
    }

    private async Task Again(string balancer)
    {
        await ServiceTable.Agent.Stop(Scene.Host(balancer));
        await Task.Delay(TimeSpan.FromSeconds(2));
        await Scene.Start(ServiceTable.Agent, balancer);
        await Task.Delay(Settle);
    }
}
