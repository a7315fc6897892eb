using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using CsCheck;

namespace Arbiter.Tests.Core;

public sealed class OutboxTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly DateTimeOffset Utc = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly OutboxContext Context = new(ClusterName.Parse("shop"), 7, _ => 42, Utc);

    private static ObservedTransition Turned(long counter, VrrpRole role, string boot = "boot-one-xyz") => new(Lb1, boot, counter, role, Utc.AddMilliseconds(counter));

    private static OutboxWish.Transitions Seen(params ObservedTransition[] turned) => new(Web, [.. turned]);

    [Fact]
    public void A_transition_is_told_once_however_often_it_is_reported_and_knows_the_role_before()
    {
        var once = Seen(Turned(7, VrrpRole.Backup), Turned(8, VrrpRole.Master)).Apply(Outbox.Empty, Context);
        var again = Seen(Turned(7, VrrpRole.Backup), Turned(8, VrrpRole.Master), Turned(9, VrrpRole.Fault)).Apply(once, Context);

        Assert.Same(again, Seen(Turned(9, VrrpRole.Fault)).Apply(again, Context));
        Assert.Equal(
            [("evt_shop_web_lb1_boot-one-xyz_7", null, "BACKUP"), ("evt_shop_web_lb1_boot-one-xyz_8", "BACKUP", "MASTER"), ("evt_shop_web_lb1_boot-one-xyz_9", "MASTER", "FAULT")],
            again.Events.Select(e => (e.Id, e.From, e.To!)));
        Assert.All(again.Events, e => Assert.Equal((7L, 42L, "lb1"), (e.Generation, e.Epoch, e.Node)));
    }

    [Fact]
    public void After_a_reboot_numbers_begin_anew_and_the_role_before_is_not_known()
    {
        var box = Seen(Turned(900, VrrpRole.Master)).Apply(Outbox.Empty, Context);
        var after = Seen(Turned(5, VrrpRole.Backup, "boot-two")).Apply(box, Context);
        Assert.Equal(("evt_shop_web_lb1_boot-two_5", null), (after.Events[^1].Id, after.Events[^1].From));
    }

    [Fact]
    public void The_ring_keeps_the_newest_and_numbers_have_no_gap()
    {
        var box = Outbox.Empty;
        for (var i = 1; i <= 200; i++) box = Seen(Turned(i, i % 2 == 0 ? VrrpRole.Master : VrrpRole.Backup)).Apply(box, Context);
        Assert.Equal(200, box.Last);
        Assert.Equal(Enumerable.Range(137, 64).Select(n => (long)n), box.Events.Select(e => e.Number));
    }

    [Fact]
    public void Diagnoses_are_a_level_raised_once_and_cleared_once()
    {
        OutboxWish.Diagnoses Active(params OpenDiagnosis[] all) => new(Web, [.. all]);
        var silent = new OpenDiagnosis("AgentSilent lb1", Severities.Warning, "silent");
        var raised = Active(silent).Apply(Outbox.Empty, Context);
        Assert.Same(raised, Active(silent with { Text = "still silent" }).Apply(raised, Context));
        var cleared = Active().Apply(raised, Context);

        Assert.Equal(
            [(EventTypes.DiagnosisRaised, "AgentSilent", "lb1"), (EventTypes.DiagnosisCleared, "AgentSilent", "lb1")],
            cleared.Events.Select(e => (e.Type, e.To!, e.Node!)));
        Assert.Empty(cleared.Open);
    }

    [Fact]
    public void A_new_receiver_begins_with_what_happens_next()
    {
        var box = new OutboxWish.Receivers(["ops"]).Apply(Seen(Turned(1, VrrpRole.Master)).Apply(Outbox.Empty, Context), Context);
        Assert.Equal(1, box.Receivers["ops"].Cursor);
        Assert.Same(box, new OutboxWish.Receivers(["ops"]).Apply(box, Context));
    }

    [Fact]
    public void Progress_in_any_order_settles_the_same_numbers_and_nothing_else()
    {
        var start = new OutboxWish.Receivers(["ops"]).Apply(Outbox.Empty, Context);
        for (var i = 1; i <= 40; i++) start = Seen(Turned(i, VrrpRole.Master)).Apply(start, Context);

        Gen.Int[1, 40].List[0, 80].Sample(numbers =>
        {
            var box = start;
            foreach (var n in numbers) box = new OutboxWish.Progress("ops", [n], []).Apply(box, Context);
            var progress = box.Receivers["ops"];
            for (var n = 1; n <= 40; n++) Assert.Equal(numbers.Contains(n), progress.Settled(n));
            Assert.DoesNotContain(progress.Cursor + 1, progress.Done);
            var atOnce = new OutboxWish.Progress("ops", [.. numbers.Select(n => (long)n)], []).Apply(start, Context).Receivers["ops"];
            Assert.Equal((progress.Cursor, string.Join(',', progress.Done)), (atOnce.Cursor, string.Join(',', atOnce.Done)));
        });
    }

    [Fact]
    public void A_dead_letter_is_counted_once_however_late_the_wish_is_repeated()
    {
        var box = new OutboxWish.Receivers(["ops"]).Apply(Outbox.Empty, Context);
        for (var i = 1; i <= 60; i++) box = Seen(Turned(i, VrrpRole.Master)).Apply(box, Context);
        OutboxWish.Progress Dies(params long[] numbers) => new("ops", [.. numbers], [.. numbers.Select(n => new DeadLetter(n, $"evt_{n}", "it answered 400", Utc))]);
        // by now 32 newer ones have pushed it off the list
        for (var n = 1; n <= 40; n++) box = Dies(n).Apply(box, Context);
        Assert.Equal((40L, 40L, ReceiverProgress.MaxDead), (box.Receivers["ops"].Cursor, box.Receivers["ops"].DeadTotal, box.Receivers["ops"].Dead.Length));
        Assert.Same(box, Dies(1).Apply(box, Context));
        Assert.Same(box, Dies(1, 40).Apply(box, Context));
        // nor is one that never happened, and one that is named twice is one
        Assert.Same(box, Dies(61).Apply(box, Context));
        Assert.Equal(41, Dies(50, 50).Apply(box, Context).Receivers["ops"].DeadTotal);
    }

    [Fact]
    public void A_dead_letter_that_was_delivered_after_all_is_off_the_list_and_stays_off()
    {
        var box = new OutboxWish.Receivers(["ops"]).Apply(Outbox.Empty, Context);
        for (var i = 1; i <= 3; i++) box = Seen(Turned(i, VrrpRole.Master)).Apply(box, Context);
        var died = new OutboxWish.Progress("ops", [1, 2], [new DeadLetter(1, "evt_1", "no", Utc), new DeadLetter(2, "evt_2", "no", Utc)]);
        box = died.Apply(box, Context);
        var off = new OutboxWish.Redelivered("ops", 1).Apply(box, Context);
        Assert.Equal(["evt_2"], off.Receivers["ops"].Dead.Select(d => d.Id));
        Assert.Equal(2, off.Receivers["ops"].DeadTotal);
        Assert.Same(off, new OutboxWish.Redelivered("ops", 1).Apply(off, Context));
        Assert.Same(off, new OutboxWish.Redelivered("nobody", 2).Apply(off, Context));
        // the older wish, once more
        Assert.Same(off, died.Apply(off, Context));
    }

    [Fact]
    public void A_time_of_a_schedule_moves_or_is_missed_once()
    {
        var firing = new Firing("web-0", Utc);
        TimedProposal Move(long expected) => new(new Proposal(Web, expected, Lb1, "scheduled: web-0") { Firing = firing }, Utc);
        var value = Quorum.RegisterValueTests.Empty;

        var first = Assigning.Apply(value, [Move(0)]);
        Assert.True(first.Verdicts[0].Granted);
        var second = Assigning.Apply(first.Value, [Move(first.Verdicts[0].Current!.Epoch)]);
        Assert.Contains("has fired", Assert.Single(second.Verdicts, v => !v.Granted).Reason, StringComparison.Ordinal);
        var box = first.Value.Outbox!;
        Assert.Same(box, new OutboxWish.Missed(firing, Web, "late").Apply(box, Context));

        var missed = new OutboxWish.Missed(firing, Web, "nobody leads").Apply(Outbox.Empty, Context);
        Assert.Equal(EventTypes.ScheduleMissed, Assert.Single(missed.Events).Type);
        var tooLate = Assigning.Apply(value with { Outbox = missed }, [Move(0)]);
        Assert.False(tooLate.Verdicts[0].Granted);
    }

    [Fact]
    public void Alerts_never_cost_a_change_when_the_register_is_full()
    {
        var value = Quorum.RegisterValueTests.Empty;
        for (var i = 0; i < 2000; i++)
        {
            var (next, verdicts) = Assigning.Apply(value, [new TimedProposal(new Proposal(GroupName.Parse($"g{i:D4}"), 0, Lb1, "initial"), Utc)]);
            if (!verdicts[0].Granted) break;
            value = next;
        }
        Assert.True(value.Groups.Count >= 200, $"{value.Groups.Count} groups");
        var wishes = Enumerable.Range(0, 500).Select(i => new TimedWish(Seen(Turned(i, VrrpRole.Master)), Utc)).ToArray();
        var full = Assigning.ApplyWishes(value, wishes);
        Assert.True(full.CountBytes() <= RegisterValue.MaxBytes);
        Assert.Equal(value.Groups.Count, full.Groups.Count);
    }
}
