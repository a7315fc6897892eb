using Arbiter.Core;
using World.Hosts;
using static Simulation.Cluster.Judged;

namespace Simulation.Cluster;

/// <summary>N1 to N3 and H4: what receivers are told.</summary>
public sealed class JudgesToldTests
{
    private static RecordedEvent Event(long number, string? group = "web", string type = EventTypes.DecisionMade, long generation = 1, string? to = null) => new()
    {
        Number = number, Id = $"evt_{generation}_{number}", Type = type, Severity = Severities.Info, Group = group, Generation = generation, Epoch = number, To = to, Reason = "said so", Utc = default,
    };

    private static Judged Recorded(params RecordedEvent[] events)
    {
        var world = new Judged();
        foreach (var what in events) world.Told.EventRecorded(world.Now, what);
        return world;
    }

    private static void Tell(Judged world, params RecordedEvent[] events)
    {
        foreach (var what in events) world.Told.Delivered(world.Now, "pager", what);
    }

    private static void Heal(Judged world) => world.After(90).Told.Healed(world.Now, TimeSpan.FromSeconds(90), new WorldPicture(world.Now, [], []));

    [Fact]
    public void Events_told_in_order_some_of_them_again_are_accepted()
    {
        var world = Recorded(Event(1), Event(2, "db"), Event(3), Event(4));
        world.Sent(new Judged().Start().Order(Contracts.Vocabulary.OrderedRole.Holder, 1) with { Groups = [] });
        Tell(world, Event(1), Event(3), Event(1), Event(2, "db"), Event(4));
        Heal(world);
    }

    [Fact]
    public void What_no_majority_recorded_breaks_N1() => Breaks("N1", () => Tell(Recorded(Event(1)), Event(1), Event(2)));

    [Fact]
    public void An_event_that_is_passed_over_breaks_N1()
    {
        var world = Recorded(Event(1), Event(2), Event(3));
        Breaks("N1", () => Tell(world, Event(1), Event(3)));
    }

    [Fact]
    public void An_event_named_in_a_notice_is_told()
    {
        var world = Recorded(Event(1), Event(2), Event(3), Event(4));
        Tell(world, Event(1), Event(2, null, EventTypes.EventsCoalesced, to: "2-3"), Event(4));
        Heal(world);
    }

    [Fact]
    public void Events_of_one_group_out_of_order_break_N2()
    {
        Breaks("N2", () => Tell(Recorded(Event(1), Event(2)), Event(2), Event(1)));
        Breaks("N2", () => Tell(Recorded(Event(7, generation: 0), Event(8)), Event(8), Event(7, generation: 0)));
    }

    [Fact]
    public void Another_event_under_a_known_number_breaks_N3()
    {
        Breaks("N3", () => Recorded(Event(1), Event(1) with { Id = "evt_other" }));
        Breaks("N3", () => Tell(Recorded(Event(1)), Event(1) with { Id = "evt_other" }));
    }

    [Fact]
    public void An_event_told_again_and_again_under_one_leader_breaks_N3() => Breaks("N3", () => Tell(Recorded(Event(1)), Event(1), Event(1), Event(1)));

    [Fact]
    public void A_receiver_that_answers_late_may_be_told_again_and_again()
    {
        var world = Recorded(Event(1));
        world.Fault(ClusterFault.ReceiverSlow);
        Tell(world, Event(1), Event(1), Event(1), Event(1));
    }

    [Fact]
    public void An_event_that_is_never_told_breaks_H4()
    {
        var world = Recorded(Event(1), Event(2));
        Tell(world, Event(1));
        Breaks("H4", () => Heal(world));
    }

    [Fact]
    public void An_event_lost_with_its_majority_is_nobodys_debt()
    {
        var world = Recorded(Event(1), Event(2));
        world.Told.GenerationBegan(world.Now, 5, Outbox.Empty with { Last = 1, Events = [Event(1)] });
        world.Told.EventRecorded(world.Now, Event(2, generation: 5));
        Tell(world, Event(1), Event(2, generation: 5));
        Heal(world);
    }

    [Fact]
    public void An_event_that_a_new_generation_knows_is_still_owed()
    {
        var world = Recorded(Event(1), Event(2));
        world.Told.GenerationBegan(world.Now, 5, Outbox.Empty with { Last = 2, Events = [Event(1), Event(2)] });
        world.Told.EventRecorded(world.Now, Event(3, generation: 5));
        Breaks("N1", () => Tell(world, Event(1), Event(3, generation: 5)));
    }
}
