using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Tests.Groups;

/// <summary>From a health event on the bus to an order on the bus, through the real rooms.</summary>
public sealed class HouseTests
{
    private static readonly NodeId Lb2 = NodeId.Parse("lb2");

    [Fact]
    public async Task A_failover_goes_from_event_to_record_to_order()
    {
        await using var house = await House.Start();
        var (lb1, lb2) = Pair(house);
        var first = lb1.Report();
        var second = lb2.Report();
        house.Register.Gain(3, FakeRegister.Recorded("web", 1, "lb1"));

        var holder = await lb1.Ordered(o => o.Groups.Any(g => g.Standby == Lb2));
        Assert.Equal((first.Nonce, first.Process, 1L, 3L), (holder.Nonce, holder.Process, holder.Generation, holder.Term));
        Assert.Equal(OrderedRole.Holder, Assert.Single(holder.Groups).Role);
        var standby = await lb2.Ordered(_ => true);
        Assert.Equal((second.Nonce, OrderedRole.Standby, true), (standby.Nonce, standby.Groups[0].Role, standby.Groups[0].OtherMaster));

        // in the first 10 s of a leadership nothing new is recorded; what happened is shown
        lb1.Model.Set("haproxy", "down", TimeSpan.FromSeconds(100));
        lb1.Model.Set("fenced", "yes", TimeSpan.FromSeconds(100));
        lb1.Model.Set("role", "fault", TimeSpan.FromSeconds(100));
        lb2.Model.Set("role", "master", TimeSpan.FromSeconds(100));
        lb1.Report();
        lb2.Report();
        var shown = await house.Until(s => s.Groups.Single(g => g.Group.Value == "web").Masters is [var m] && m == Lb2);
        Assert.Equal("startup-grace", shown.Groups.Single(g => g.Group.Value == "web").Decision);

        // when it is recorded, lb2 is told at once, in the next epoch
        house.Register.Say(new RegisterEvent.Observed(1, 3, new Dictionary<GroupName, Assignment>
        {
            [GroupName.Parse("web")] = FakeRegister.Recorded("web", 2, "lb2"),
        }.ToSorted()));
        var raised = await lb2.Ordered(o => o.Groups.Any(g => g.Epoch == 2));
        Assert.Equal(OrderedRole.Holder, raised.Groups[0].Role);
        Assert.True(raised.Seq > standby.Seq);
    }

    [Fact]
    public async Task An_unrecorded_group_is_proposed_once_the_grace_is_over_and_ordered_after_the_answer()
    {
        // eight times faster, so that the grace is over in a good second
        await using var house = await House.Start(new Schedules.FastClock(8));
        var (lb1, lb2) = Pair(house);
        house.Register.Gain(1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(60));
        while (!house.Register.Proposed.Reader.TryPeek(out _))
        {
            lb1.Report();
            lb2.Report();
            await beat.WaitForNextTickAsync(deadline.Token);
        }
        var proposal = await house.Register.Proposed.Reader.ReadAsync(deadline.Token);
        Assert.Equal(("web", 0L, "lb1", "initial"), (proposal.Group.Value, proposal.ExpectedEpoch, proposal.Holder.Value, proposal.Reason));
        Assert.Equal(0, lb1.Waiting());

        house.Register.Say(new RegisterEvent.Settled(proposal, ProposalOutcome.Committed, FakeRegister.Recorded("web", 1, "lb1"), "acknowledged"));
        var order = await lb1.Ordered(_ => true);
        Assert.Equal(1, order.Groups[0].Epoch);
    }

    [Fact]
    public async Task Nothing_is_sent_while_the_register_forbids_it()
    {
        await using var house = await House.Start();
        var (lb1, lb2) = Pair(house);
        lb1.Report();
        lb2.Report();
        house.Register.Gain(1, FakeRegister.Recorded("web", 1, "lb1"));
        await lb1.Ordered(_ => true);
        house.Register.May = false;
        // one that was asked for before may still be on its way; this change is not
        lb1.Waiting();
        lb2.Model.Set("haproxy", "down", TimeSpan.FromSeconds(100));
        lb2.Report();
        await house.Until(s => s.Nodes.Any(n => n.Event?.Probes.Any(p => p.State == ProbeState.Down) == true));
        // orders leave before the picture changes, so a forbidden one would be here by now
        Assert.Equal(0, lb1.Waiting());
    }

    [Fact]
    public async Task A_silent_bus_is_shown_and_its_return_repeats_the_orders()
    {
        await using var house = await House.Start();
        var (lb1, lb2) = Pair(house);
        lb1.Report();
        lb2.Report();
        house.Register.Gain(1, FakeRegister.Recorded("web", 1, "lb1"));
        await lb1.Ordered(_ => true);
        house.Broker.Down = true;
        await house.Until(s => !s.BusConnected);
        house.Broker.Down = false;
        await house.Until(s => s.BusConnected);
        await lb1.Ordered(_ => true);
    }

    private static (House.Agent Lb1, House.Agent Lb2) Pair(House house)
    {
        var (lb1, lb2) = (house.Connect("lb1"), house.Connect("lb2"));
        lb1.Model.Set("role", "master", TimeSpan.Zero);
        lb1.Model.Set("steered", "holder", TimeSpan.Zero);
        lb2.Model.Set("steered", "standby", TimeSpan.Zero);
        return (lb1, lb2);
    }
}
