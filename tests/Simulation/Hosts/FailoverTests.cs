using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Hosts;

/// <summary>The faults that move the VIP, and how long clients are without it.</summary>
public sealed class FailoverTests
{
    [Theory]
    [InlineData(0.1, 2, 7)]
    [InlineData(1, 12, 20)]
    public void A_killed_haproxy_costs_one_short_outage_and_comes_back_as_standby(double advert, double least, double most)
    {
        var scene = new Scene(advert: advert).Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(30);
        scene.Holds(Scene.Lb2);
        Assert.True(scene.Outage() is var outage && outage.TotalMilliseconds >= least && outage.TotalMilliseconds <= most, $"{outage.TotalMilliseconds} ms\n{scene.Told()}");
        Assert.Equal((1, 254), (scene.Moves, scene.Role(Scene.Lb2).Priority));
        Assert.Equal((true, VrrpRole.Fault), (scene.Role(Scene.Lb1).Fenced, scene.Role(Scene.Lb1).Role));

        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Running);
        scene.Run(30);
        scene.Holds(Scene.Lb2);
        Assert.Equal((1, 253), (scene.Moves, scene.Role(Scene.Lb1).Priority));
        Assert.Single(scene.Outages);
    }

    [Fact]
    public void A_haproxy_that_hangs_is_found_by_its_third_miss()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var scene = new Scene(seed).Armed();
            scene.World.SetHaproxy(Scene.Lb1, ProxyState.Hung);
            scene.Run(5);
            scene.Holds(Scene.Lb2);
            // three samples, 200 ms apart, the first within 200 ms, the last with its deadline of 150 ms
            Assert.True(scene.Outage().TotalMilliseconds is >= 550 and <= 757, $"seed {seed}: {scene.Outage().TotalMilliseconds} ms\n{scene.Told()}");
        }
    }

    [Fact]
    public void One_miss_or_two_of_a_haproxy_that_only_stumbled_move_nothing()
    {
        var scene = new Scene().Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Hung);
        scene.Run(0.4);
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Running);
        scene.Run(5);
        scene.Holds(Scene.Lb1);
        Assert.Equal(0, scene.Moves);
        Assert.Equal(400, scene.Outage().TotalMilliseconds);
    }

    [Fact]
    public void An_isolated_node_gives_up_at_once_and_its_agent_fences_it_after_five_seconds()
    {
        var scene = new Scene().Armed();
        scene.World.Isolate(Scene.Lb1, true);
        scene.Run(4.8);
        scene.Holds(Scene.Lb2);
        Assert.InRange(scene.Outage().TotalMilliseconds, 280, 330);
        Assert.False(scene.Role(Scene.Lb1).Fenced);
        scene.Run(0.4);
        Assert.True(scene.Role(Scene.Lb1).Fenced, scene.Told());
        scene.Run(30);
        Assert.True(scene.Role(Scene.Lb1).Fenced);

        scene.World.Isolate(Scene.Lb1, false);
        scene.Run(20);
        Assert.False(scene.Role(Scene.Lb1).Fenced);
        scene.Holds(Scene.Lb2);
        Assert.Equal((1, 253), (scene.Moves, scene.Role(Scene.Lb1).Priority));
        Assert.Single(scene.Outages);
    }

    [Fact]
    public void A_split_gives_two_holders_and_heals_to_one()
    {
        var scene = new Scene().Armed();
        scene.World.Split(Scene.Lb1, Scene.Lb2, true);
        scene.Run(0.4);
        Assert.Equal([Scene.Lb1, Scene.Lb2], scene.Group().Holders);
        Assert.True(scene.Group().Served);
        scene.World.Split(Scene.Lb1, Scene.Lb2, false);
        scene.Run(10);
        scene.Holds(Scene.Lb1);
        Assert.True(scene.Group().Served, scene.Told());
        Assert.Contains(scene.Story, h => h.Who == "lb2" && h.Text.Contains("left the VIP of web to a higher one", StringComparison.Ordinal));
    }

    [Fact]
    public void With_both_haproxies_dead_the_vip_is_somewhere_and_the_first_that_recovers_serves()
    {
        var scene = new Scene().Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.World.SetHaproxy(Scene.Lb2, ProxyState.Dead);
        scene.Run(20);
        Assert.Single(scene.Group().Holders);
        Assert.False(scene.Group().Served);
        Assert.False(scene.Role(Scene.Lb1).Fenced || scene.Role(Scene.Lb2).Fenced, scene.Told());

        scene.World.SetHaproxy(Scene.Lb2, ProxyState.Running);
        scene.Run(5);
        scene.Holds(Scene.Lb2);
        Assert.True(scene.Group().Served, scene.Told());
        Assert.InRange(scene.Outage().TotalSeconds, 20, 22.5);
    }

    [Fact]
    public void A_machine_that_stood_still_for_a_minute_finds_the_vip_elsewhere_and_calms_down()
    {
        var scene = new Scene().Armed();
        scene.World.SetPaused(Scene.Lb1, true);
        scene.Run(60);
        Assert.Equal(Scene.Lb2, scene.Group().Reached);
        Assert.True(scene.Group().Served);
        Assert.InRange(scene.Outage().TotalMilliseconds, 280, 420);

        scene.World.SetPaused(Scene.Lb1, false);
        scene.Run(1);
        Assert.True(scene.World.Host(Scene.Lb1).Agent!.State.Tilted(scene.AgentNow(Scene.Lb1)));
        scene.Run(60);
        scene.Holds(Assert.Single(scene.Group().Holders));
        Assert.True(scene.Group().Served, scene.Told());
    }
}
