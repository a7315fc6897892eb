using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Hosts;

/// <summary>The faults that must not move the VIP, and those that must move it without a control plane.</summary>
public sealed class SteadyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gateway_that_is_lost_moves_nothing(bool forAll)
    {
        var scene = new Scene().Armed();
        scene.World.CutGateway(Scene.Lb1, true);
        if (forAll) scene.World.CutGateway(Scene.Lb2, true);
        scene.Run(60);
        scene.Holds(Scene.Lb1);
        Assert.Equal(0, scene.Moves);
        Assert.Empty(scene.Outages);
        Assert.Equal(Health.SoftBad, scene.Leader.Last(Scene.Lb1).Groups[0].Health);
    }

    [Theory]
    [InlineData("lb1")]
    [InlineData("lb2")]
    public void An_agent_that_is_killed_and_started_again_moves_nothing(string name)
    {
        var scene = new Scene().Armed();
        var node = NodeId.Parse(name);
        scene.World.SetAgent(node, false);
        scene.Run(10);
        scene.World.SetAgent(node, true);
        scene.Run(30);
        scene.Holds(Scene.Lb1);
        Assert.Equal(0, scene.Moves);
        Assert.Empty(scene.Outages);
        Assert.Equal((254, 253), (scene.Role(Scene.Lb1).Priority, scene.Role(Scene.Lb2).Priority));
    }

    [Fact]
    public void An_agent_that_ends_while_it_fences_leaves_no_fence_behind()
    {
        var scene = new Scene().Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(0.01);
        Assert.True(scene.Role(Scene.Lb1).Fenced);
        scene.World.SetAgent(Scene.Lb1, false);
        scene.Run(0.1);
        Assert.Equal((false, 140), (scene.Role(Scene.Lb1).Fenced, scene.Role(Scene.Lb1).Priority));
        scene.Run(10);
        scene.Holds(Scene.Lb2);
    }

    [Fact]
    public void A_keepalived_that_is_killed_keeps_the_vip_until_it_is_started_again()
    {
        var scene = new Scene().Armed();
        scene.World.SetKeepalived(Scene.Lb1, false);
        scene.Run(5);
        Assert.Equal([Scene.Lb1, Scene.Lb2], scene.Group().Holders);
        Assert.Equal(Scene.Lb2, scene.Group().Reached);
        Assert.False(scene.Leader.Last(Scene.Lb1).Groups[0].KeepalivedAlive);
        Assert.Contains(scene.Story, h => h.Text.Contains("keepalived is gone and its VIP is still on the interface", StringComparison.Ordinal));

        scene.World.SetKeepalived(Scene.Lb1, true);
        scene.Run(20);
        scene.Holds(Scene.Lb2);
        Assert.Empty(scene.Outages);
        Assert.Equal((254, 253), (scene.Role(Scene.Lb2).Priority, scene.Role(Scene.Lb1).Priority));
    }

    [Fact]
    public void Without_a_control_plane_nothing_moves_and_a_dead_haproxy_makes_its_node_sick_only()
    {
        var scene = new Scene().Armed();
        scene.Broker.Down = true;
        scene.Run(60);
        scene.Holds(Scene.Lb1);
        Assert.Empty(scene.Outages);

        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(0.1);
        Assert.Equal((false, 140), (scene.Role(Scene.Lb1).Fenced, scene.Role(Scene.Lb1).Priority));
        scene.Run(5);
        scene.Holds(Scene.Lb2);
        // VRRP alone: three adverts and a bit
        Assert.InRange(scene.Outage().TotalMilliseconds, 200, 420);
        Assert.Contains(scene.Story, h => h.Text.Contains("not fenced: no valid order stands", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fence_ends_though_the_control_plane_died_right_after_it()
    {
        var scene = new Scene().Armed();
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(0.002);
        scene.Broker.Down = true;
        scene.Run(1.9);
        Assert.True(scene.Role(Scene.Lb1).Fenced);
        scene.Run(0.3);
        Assert.Equal((false, 140), (scene.Role(Scene.Lb1).Fenced, scene.Role(Scene.Lb1).Priority));
        scene.Run(10);
        scene.Holds(Scene.Lb2);
        Assert.Equal(1, scene.Moves);
    }

    [Fact]
    public void A_disk_that_takes_nothing_keeps_a_node_from_being_raised_and_not_from_being_fenced()
    {
        var scene = new Scene();
        scene.World.SetDisk(Scene.Lb2, persists: false, steers: true);
        scene.Run(30);
        Assert.Equal(232, scene.Role(Scene.Lb2).Priority);
        Assert.StartsWith("persist:", scene.Leader.Last(Scene.Lb2).Groups[0].Fault, StringComparison.Ordinal);

        scene.World.SetDisk(Scene.Lb2, persists: true, steers: true);
        scene.Run(5);
        Assert.Equal(253, scene.Role(Scene.Lb2).Priority);
        scene.World.SetDisk(Scene.Lb1, persists: false, steers: true);
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(0.01);
        Assert.True(scene.Role(Scene.Lb1).Fenced, scene.Told());
    }

    [Fact]
    public void A_steering_file_that_cannot_be_written_is_told_and_written_when_it_can_be()
    {
        var scene = new Scene().Armed();
        scene.World.SetDisk(Scene.Lb1, persists: true, steers: false);
        scene.World.SetHaproxy(Scene.Lb1, ProxyState.Dead);
        scene.Run(5);
        scene.Holds(Scene.Lb1);
        Assert.StartsWith("ActuatorFailed", scene.Leader.Last(Scene.Lb1).Groups[0].Fault, StringComparison.Ordinal);
        scene.World.SetDisk(Scene.Lb1, persists: true, steers: true);
        scene.Run(5);
        scene.Holds(Scene.Lb2);
    }

    [Fact]
    public void A_broker_that_one_node_cannot_reach_moves_nothing()
    {
        var scene = new Scene().Armed();
        scene.World.CutBroker(Scene.Lb1, true);
        scene.Run(60);
        scene.Holds(Scene.Lb1);
        scene.World.CutBroker(Scene.Lb1, false);
        scene.Run(20);
        scene.Holds(Scene.Lb1);
        Assert.Empty(scene.Outages);
        Assert.Equal(254, scene.Role(Scene.Lb1).Priority);
    }

    [Fact]
    public void Backends_that_one_node_does_not_reach_are_a_soft_failure_that_clients_notice()
    {
        var scene = new Scene().Armed();
        scene.World.SetBackends(Scene.Lb1, false);
        scene.Run(10);
        scene.Holds(Scene.Lb1);
        Assert.False(scene.Group().Served);
        Assert.Equal(Health.SoftBad, scene.Leader.Last(Scene.Lb1).Groups[0].Health);
        // the other node, which asks the service behind the VIP, says so
        Assert.Equal(ProbeState.Down, scene.Leader.Last(Scene.Lb2).Groups[0].Service!.State);
        scene.World.SetBackends(Scene.Lb1, true);
        Assert.Equal(10, scene.Outage().TotalSeconds);
    }

    [Fact]
    public void A_clock_that_runs_fast_or_jumps_ahead_moves_nothing()
    {
        var scene = new Scene().Armed();
        scene.World.SetClock(Scene.Lb1, 1.05, TimeSpan.Zero);
        scene.World.SetClock(Scene.Lb2, 0.95, TimeSpan.FromHours(1));
        scene.Run(120);
        scene.Holds(Scene.Lb1);
        Assert.Empty(scene.Outages);
        Assert.Equal((254, 253), (scene.Role(Scene.Lb1).Priority, scene.Role(Scene.Lb2).Priority));
    }
}
