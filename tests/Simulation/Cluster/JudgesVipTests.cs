using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using static Simulation.Cluster.Judged;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>V1 to V4, V8, V9 and H2: where the VIP is, who serves, and what takes it away.</summary>
public sealed class JudgesVipTests
{
    private static Judged World() => new Judged().Recorded(1, Lb1).Holders(Lb1).Served();

    private static Judged Holder()
    {
        var world = World().Start();
        return world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1);
    }

    [Fact]
    public void A_hand_over_of_one_advert_is_accepted() => World().After(31).Recorded(2, Lb2, Lb1).Holders(Lb1, Lb2).After(1).Holders(Lb2).After(1);

    [Fact]
    public void Two_holders_for_longer_than_an_advert_break_V2()
    {
        var world = World().After(31).Recorded(2, Lb2, Lb1).Holders(Lb1, Lb2);
        Breaks("V2", () => world.After(1.5));
    }

    [Theory]
    [InlineData(nameof(ClusterFault.VrrpSplit))]
    [InlineData(nameof(ClusterFault.HostPaused))]
    [InlineData(nameof(ClusterFault.KeepalivedKilled))]
    [InlineData(nameof(ClusterFault.Isolated))]
    public void Two_holders_that_cannot_hear_each_other_are_accepted_and_a_master_down_interval_longer(string fault)
    {
        var world = World().After(31);
        var began = world.Fault(Enum.Parse<ClusterFault>(fault), Lb1);
        world.Holders(Lb1, Lb2).After(60).Over(began).After(4.5).Holders(Lb2).After(1);
    }

    [Fact]
    public void Two_holders_long_after_they_heard_each_other_break_V2()
    {
        var world = World().After(31);
        var began = world.Fault(ClusterFault.VrrpSplit, Lb1);
        world.Holders(Lb1, Lb2).After(60).Over(began);
        Breaks("V2", () => world.After(8));
    }

    [Fact]
    public void A_fault_of_the_register_excuses_no_two_holders()
    {
        var world = World().After(31).Recorded(2, Lb2, Lb1);
        world.Fault(ClusterFault.ControlPlaneKilled);
        world.Holders(Lb1, Lb2);
        Breaks("V2", () => world.After(1.5));
    }

    [Fact]
    public void An_outage_that_ends_within_its_budget_is_accepted()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.HaproxyDead, Lb1);
        world.Served("haproxy of lb1 is dead").After(9).Served().After(30);
    }

    [Fact]
    public void An_outage_beside_a_fit_node_breaks_V3()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.HaproxyDead, Lb1);
        world.Served("haproxy of lb1 is dead");
        Breaks("V3", () => world.After(11));
    }

    [Fact]
    public void Without_a_control_plane_the_budget_is_longer_and_ends()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.BrokerDown);
        world.Fault(ClusterFault.HaproxyDead, Lb1);
        world.Served("haproxy of lb1 is dead").After(19);
        Breaks("V3", () => world.After(2));
    }

    [Fact]
    public void An_outage_with_nobody_fit_is_accepted()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.HaproxyDead, Lb1);
        world.Fault(ClusterFault.KeepalivedKilled, Lb2);
        world.Served("haproxy of lb1 is dead").After(60);
    }

    [Fact]
    public void An_outage_that_only_a_leader_could_end_is_accepted()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.ControlPlaneKilled);
        world.Fault(ClusterFault.BackendsDown, Lb1);
        world.Served("lb1 reaches no backend").After(60);
    }

    [Fact]
    public void Holders_that_change_while_only_the_control_plane_is_gone_break_V4()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.ControlPlaneKilled);
        world.After(5);
        Breaks("V4", () => world.Holders(Lb2));
    }

    [Fact]
    public void An_agent_that_is_killed_is_no_cause()
    {
        var world = World().After(40);
        world.Fault(ClusterFault.AgentKilled, Lb1);
        Breaks("V4", () => world.Holders());
    }

    [Fact]
    public void Holders_that_change_for_a_dead_proxy_or_a_recorded_move_are_accepted()
    {
        var world = World().After(40);
        var dead = world.Fault(ClusterFault.HaproxyDead, Lb1);
        world.Holders(Lb2).Over(dead).After(40).Recorded(2, Lb1, Lb2).Holders(Lb1);
    }

    [Fact]
    public void A_holder_steered_on_a_master_is_accepted() => Assert.Equal(SteeredRole.Holder, Holder().Group.Steered);

    [Fact]
    public void A_holder_steered_on_a_backup_breaks_V8()
    {
        var world = World().Start(master: false);
        world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1);
        Assert.Equal(SteeredRole.Untold, world.Group.Steered);
        Breaks("V8", () => world.Tick(g => g with { Steered = SteeredRole.Holder, PriorityFile = 14 }));
    }

    /// <summary>Good again before keepalived has said a word about the fence: its MASTER is of before. No seed meets that moment.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_holder_that_does_not_wait_for_the_word_after_its_fence_breaks_V8(bool breaks)
    {
        var world = new Judged { Deviations = new Deviations { FaultNotAwaited = breaks } }.Recorded(1, Lb1).Holders(Lb1).Served().Start();
        world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1).Probe("haproxy", SampleResult.Bad);
        Assert.Equal(FenceKind.Own, world.Group.Fence?.Kind);
        world.After(0.2);
        if (breaks) Breaks("V8", () => world.Probe("haproxy", SampleResult.Good));
        else Assert.Equal(SteeredRole.Untold, world.Probe("haproxy", SampleResult.Good).Group.Steered);
    }

    [Fact]
    public void The_number_254_in_the_file_of_a_backup_breaks_V8()
    {
        var world = World().Start(master: false);
        Breaks("V8", () => world.Told.FileWritten(world.Now, Lb1, Web, SteeringFile.Priority, 14, byAgent: true));
    }

    [Theory]
    [InlineData(0.2, false)]
    [InlineData(0.4, true)]
    public void A_standby_that_is_armed_during_a_move_by_an_order_that_knew_of_it_breaks_V8(double sentAfter, bool breaks)
    {
        var world = new Judged().Recorded(1, Lb2).Start(master: false);
        world.Told.RoleChanged(world.Now, Lb2, Web, NotifyState.Master);
        world.Told.FileWritten(world.Now, Lb2, Web, SteeringFile.Fence, 1, byAgent: true);
        world.After(sentAfter);
        if (breaks) Breaks("V8", () => world.Obey(world.Order(OrderedRole.Standby, 1)));
        else world.Obey(world.Order(OrderedRole.Standby, 1));
    }

    [Theory]
    [InlineData(true, SteeredRole.Untold, true)]
    [InlineData(false, SteeredRole.Untold, false)]
    [InlineData(true, SteeredRole.Standby, false)]
    public void A_standby_that_is_armed_by_a_leader_who_has_just_heard_of_the_fence_breaks_V8(bool fence, SteeredRole steered, bool breaks)
    {
        var world = new Judged().Recorded(1, Lb2).Start(master: false);
        world.Told.RoleChanged(world.Now, Lb2, Web, NotifyState.Master);
        world.Told.FileWritten(world.Now, Lb2, Web, SteeringFile.Fence, 1, byAgent: true);
        world.Told.Heard(world.Now, "a/1", Lb2, Web, fence, SteeredRole.Untold);
        world.Told.Heard(world.Now, "a/1", Lb1, Web, false, steered);
        if (breaks) Breaks("V8", () => world.Obey(world.Order(OrderedRole.Standby, 1)));
        else world.Obey(world.Order(OrderedRole.Standby, 1));
    }

    [Fact]
    public void A_standby_that_is_armed_beside_another_master_is_accepted()
    {
        var lb3 = NodeId.Parse("lb3");
        var world = new Judged(lb3).Recorded(1, lb3).Start(master: false);
        foreach (var node in new[] { Lb2, lb3 }) world.Told.RoleChanged(world.Now, node, Web, NotifyState.Master);
        world.Told.FileWritten(world.Now, Lb2, Web, SteeringFile.Fence, 1, byAgent: true);
        Assert.Equal(SteeredRole.Standby, world.After(1).Obey(world.Order(OrderedRole.Standby, 1)).Group.Steered);
    }

    [Fact]
    public void A_standby_that_is_armed_after_the_move_is_accepted()
    {
        var world = new Judged().Recorded(1, Lb2).Start(master: false);
        world.Told.RoleChanged(world.Now, Lb2, Web, NotifyState.Master);
        world.Told.FileWritten(world.Now, Lb2, Web, SteeringFile.Fence, 1, byAgent: true);
        world.After(1);
        world.Told.RoleChanged(world.Now, Lb2, Web, NotifyState.Master);
        Assert.Equal(SteeredRole.Standby, world.Obey(world.Order(OrderedRole.Standby, 1)).Group.Steered);
    }

    [Fact]
    public void A_fence_that_ends_at_its_deadline_is_accepted()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        world.Obey(world.Order(OrderedRole.Fence, 2, standby: Lb2)).Role(NotifyState.Fault).After(6);
        Assert.Null(world.Group.Fence);
    }

    [Fact]
    public void A_fence_that_outlives_its_deadline_breaks_V9()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        world.Obey(world.Order(OrderedRole.Fence, 2, standby: Lb2)).Role(NotifyState.Fault);
        var fence = world.Group.Fence;
        Breaks("V9", () =>
        {
            for (var i = 0; i < 120; i++) world.Tick(g => g with { Fence = fence, FenceFile = 1 });
        });
    }

    [Fact]
    public void A_fence_renewed_by_another_master_may_last_as_long_as_the_order()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        world.Obey(world.Order(OrderedRole.Fence, 2, otherMaster: true)).Role(NotifyState.Fault).After(11);
        Assert.NotNull(world.Group.Fence);
        world.After(2);
        Assert.Null(world.Group.Fence);
    }

    [Fact]
    public void A_second_fence_by_the_same_epoch_breaks_V9()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        world.Obey(world.Order(OrderedRole.Fence, 2, standby: Lb2)).Role(NotifyState.Fault).After(6);
        Breaks("V9", () => world.Tick(g => g with { Fence = new Fence(FenceKind.Ordered, world.Now, world.Now + TimeSpan.FromSeconds(5)), FenceFile = 1 }));
    }

    [Fact]
    public void All_nodes_fenced_together_break_V9_after_the_deadline()
    {
        var world = World().After(31);
        foreach (var node in new[] { Lb1, Lb2 }) world.Told.FileWritten(world.Now, node, Web, SteeringFile.Fence, 1, byAgent: true);
        world.After(5);
        Breaks("V9", () => world.After(0.5));
    }

    [Fact]
    public void A_group_that_stays_without_a_holder_though_nothing_is_wrong_breaks_V1()
    {
        var world = World().After(40);
        world.Over(world.Fault(ClusterFault.HaproxyDead, Lb1)).Over(world.Fault(ClusterFault.HaproxyDead, Lb2)).Holders().After(29);
        Breaks("V1", () => world.After(2));
    }

    [Theory]
    [InlineData("lb1", true, null)]
    [InlineData("", true, "V1")]
    [InlineData("lb1 lb2", true, "V1")]
    [InlineData("lb1", false, "V1")]
    [InlineData("lb2", true, "H2")]
    public void After_the_faults_the_recorded_holder_alone_serves(string holders, bool served, string? breaks)
    {
        var world = World().After(5);
        ImmutableArray<NodeId> nodes = [.. holders.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(NodeId.Parse)];
        var picture = new WorldPicture(world.Now, [new GroupPicture(Web, nodes, null, served, [], 0)], []);
        world.Told.Healed(world.Now, TimeSpan.FromSeconds(30), picture);
        if (breaks is null) world.Told.Healed(world.Now, TimeSpan.FromSeconds(90), picture);
        else Breaks(breaks, () => world.Told.Healed(world.Now, TimeSpan.FromSeconds(90), picture));
    }
}
