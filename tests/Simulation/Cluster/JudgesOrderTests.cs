using Contracts.Vocabulary;
using NodeAgent.Core;
using static Simulation.Cluster.Judged;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>O1 to O6 and L2: what leaves a leader and what an agent makes of it.</summary>
public sealed class JudgesOrderTests
{
    private static Judged Holder()
    {
        var world = new Judged().Recorded(1, Lb1).Start();
        return world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1);
    }

    [Fact]
    public void A_holder_that_obeys_refreshes_and_a_restart_is_accepted()
    {
        var world = Holder();
        Assert.Equal(SteeredRole.Holder, world.Group.Steered);
        for (var i = 0; i < 5; i++) world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1);
        world.End().Start(priority: 14).After(2);
        world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).After(1);
        Assert.Equal(new FencingToken(1, 1), world.Group.Applied);
    }

    [Fact]
    public void An_applied_epoch_that_falls_breaks_O1() =>
        Breaks("O1", () => Holder().Tick(g => g with { Applied = new FencingToken(1, 0) }));

    [Fact]
    public void An_agent_that_begins_below_what_it_had_saved_breaks_O1()
    {
        var world = Holder();
        world.End();
        var forgot = AgentState.Create(Holder().Agent.Options, "p9", "boot");
        Breaks("O1", () => world.Told.AgentStepped(world.Now, world.Now, Lb1, forgot, new AgentInput.Started(world.Now, []), forgot with { Started = true, Groups = forgot.Groups.SetItem(Web, forgot.Groups[Web] with { VipPresent = true }) }));
    }

    [Fact]
    public void A_speaker_that_falls_breaks_O1() =>
        Breaks("O1", () => Holder().Step(new AgentInput.BrokerAnswered(default), s => s with { Speaker = default }));

    [Fact]
    public void An_order_of_an_epoch_that_nobody_recorded_breaks_O2()
    {
        var world = Holder();
        Breaks("O2", () => world.Sent(world.Order(OrderedRole.Holder, 2)));
    }

    [Fact]
    public void Orders_after_a_recorded_move_are_accepted_in_their_places()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        world.Sent(world.Order(OrderedRole.Holder, 2, to: Lb2)).Obey(world.Order(OrderedRole.Fence, 2, standby: Lb2)).After(1);
        Assert.NotNull(world.Group.Fence);
    }

    [Theory]
    [InlineData(OrderedRole.Holder, "lb2")]
    [InlineData(OrderedRole.Fence, "lb1")]
    [InlineData(OrderedRole.Yield, "lb2")]
    [InlineData(OrderedRole.Standby, "lb1")]
    [InlineData(OrderedRole.Untold, "lb1")]
    public void A_role_for_the_wrong_node_breaks_O2(OrderedRole role, string node)
    {
        var world = Holder();
        Breaks("O2", () => world.Sent(world.Order(role, 1, to: NodeId.Parse(node))));
    }

    [Theory]
    [InlineData(SteeredRole.Standby)]
    [InlineData(SteeredRole.Yield)]
    public void A_node_that_raises_itself_breaks_O2(SteeredRole role) => Breaks("O2", () => Holder().Tick(g => g with { Steered = role }));

    [Fact]
    public void An_agent_that_obeys_another_role_than_was_sent_breaks_O2()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Sent(order);
        Breaks("O2", () => world.InGroup(new AgentInput.Ordered(world.Now, order), g => g with { Order = g.Order! with { Role = OrderedRole.Standby } }));
    }

    [Fact]
    public void An_order_outside_the_lease_breaks_L2()
    {
        var world = Holder();
        Breaks("L2", () => world.Sent(world.Order(OrderedRole.Holder, 1), mayLive: -0.001));
    }

    [Fact]
    public void An_order_taken_twice_breaks_O3()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Obey(order).Obey(order);
        Breaks("O3", () => world.InGroup(new AgentInput.Ordered(world.Now, order), g => g with { Order = g.Order! with { NonceAt = TimeSpan.Zero } }));
    }

    [Fact]
    public void An_order_whose_refresh_would_change_something_breaks_O3()
    {
        var world = Holder().Recorded(2, Lb2, Lb1);
        var fence = world.Order(OrderedRole.Fence, 2, standby: Lb2);
        world.Sent(fence);
        // the agent forgot to say that the fence of this epoch has been
        Breaks("O3", () => world.InGroup(new AgentInput.Ordered(world.Now, fence), g => g with { Fence = null, FenceSpent = default, FenceFile = 0 }));
    }

    [Fact]
    public void An_order_that_comes_late_and_is_refused_is_accepted()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Sent(order).After(12.5).Step(new AgentInput.Ordered(world.Now, order));
        Assert.NotEqual(order.Seq, world.Agent.OrderSeq);
    }

    [Fact]
    public void An_order_taken_after_its_validity_breaks_O4()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Sent(order).After(12.5);
        Breaks("O4", () => world.Step(new AgentInput.Ordered(world.Now, order), s => s with { OrderSeq = order.Seq }));
    }

    [Fact]
    public void An_order_for_an_earlier_process_breaks_O4()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Sent(order).End().Start(priority: 14);
        Breaks("O4", () => world.Step(new AgentInput.Ordered(world.Now, order), s => s with { OrderSeq = order.Seq }));
    }

    [Fact]
    public void A_forged_order_breaks_O5_although_it_is_refused()
    {
        var world = Holder();
        Breaks("O5", () => world.Step(new AgentInput.Ordered(world.Now, world.Order(OrderedRole.Holder, 1))));
    }

    [Fact]
    public void A_changed_order_breaks_O5()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Holder, 1, standby: Lb2);
        world.Sent(order);
        Breaks("O5", () => world.Step(new AgentInput.Ordered(world.Now, order with { ValidMs = 60_000 })));
    }

    [Fact]
    public void An_order_for_another_node_breaks_O5()
    {
        var world = Holder();
        var order = world.Order(OrderedRole.Untold, 1, to: Lb2);
        world.Sent(order);
        Breaks("O5", () => world.Step(new AgentInput.Ordered(world.Now, order)));
    }

    [Fact]
    public void A_hard_failure_that_is_fenced_or_sick_is_accepted_until_it_is_over()
    {
        var world = Holder();
        world.Obey(world.Order(OrderedRole.Holder, 1, standby: Lb2)).Probe("haproxy", SampleResult.Bad).Role(NotifyState.Fault).After(6);
        Assert.Equal(SteeredRole.Sick, world.Group.Steered);
        world.Role(NotifyState.Backup).Probe("haproxy", SampleResult.Good).After(1);
        Assert.Equal(SteeredRole.Untold, world.Group.Steered);
    }

    [Fact]
    public void A_role_above_sick_while_a_hard_check_is_bad_breaks_O6()
    {
        var world = Holder().After(20).Probe("haproxy", SampleResult.Bad);
        Breaks("O6", () => world.Tick(g => g with { Steered = SteeredRole.Holder, PriorityFile = 14 }));
    }

    [Fact]
    public void A_fence_that_keeps_its_priority_breaks_O6() =>
        Breaks("O6", () => Holder().Tick(g => g with { Fence = new Fence(FenceKind.Own, TimeSpan.Zero, TimeSpan.FromMinutes(1)), FenceFile = 1 }));

    [Fact]
    public void A_file_that_is_not_written_breaks_O6() => Breaks("O6", () => Holder().Tick(g => g with { PriorityFile = 3 }));
}
