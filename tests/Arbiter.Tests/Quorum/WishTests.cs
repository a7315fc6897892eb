using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>What is told rides on the renewals of the lease and must never cost one.</summary>
public sealed class WishTests
{
    private static readonly DateTimeOffset Utc = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static TimedWish Note(string id, string reason = "it happened") => new(new OutboxWish.Note(new RecordedEvent
    {
        Number = 0, Generation = 0, Epoch = 0, Id = id, Type = EventTypes.Test, Severity = Severities.Info, Reason = reason, Utc = Utc,
    }), Utc);

    [Fact]
    public void A_wish_that_throws_is_left_out_and_named_and_the_others_stand()
    {
        var broken = new TimedWish(new OutboxWish.Transitions(GroupName.Parse("web"), default), Utc);
        var failed = new List<string>();
        var value = Assigning.ApplyWishes(RegisterValueTests.Empty, [Note("a"), broken, Note("b")], (wish, _) => failed.Add(wish.GetType().Name));
        Assert.Equal(["a", "b"], value.Outbox!.Events.Select(e => e.Id));
        Assert.Equal(["Transitions"], failed.Distinct());
    }

    [Fact]
    public void A_wish_that_would_make_the_register_unreadable_is_left_out()
    {
        var nameless = new TimedWish(new OutboxWish.Diagnoses(GroupName.Parse("web"), [new OpenDiagnosis("NoHolder Not-A-Name!", Severities.Critical, "text")]), Utc);
        var value = Assigning.ApplyWishes(RegisterValueTests.Empty, [Note("a"), nameless, Note("b")]);
        Assert.Equal(["a", "b"], value.Outbox!.Events.Select(e => e.Id));
        Assert.True(RegisterValue.TryParse(value.ToJson(), out _, out var why), why);
    }

    [Fact]
    public void One_wish_too_large_costs_the_others_nothing()
    {
        var huge = new TimedWish(new OutboxWish.Diagnoses(GroupName.Parse("web"),
            [.. Enumerable.Range(0, 600).Select(i => new OpenDiagnosis($"NoHolder n{i}", Severities.Critical, new string('x', 200)))]), Utc);
        TimedWish[] wishes = [.. Enumerable.Range(0, 20).Select(i => Note($"a{i}")), huge, .. Enumerable.Range(0, 20).Select(i => Note($"b{i}"))];
        var value = Assigning.ApplyWishes(RegisterValueTests.Empty, wishes);
        Assert.Equal(40, value.Outbox!.Events.Length);
        Assert.True(value.CountBytes() <= RegisterValue.MaxBytes);
        Assert.Empty(value.Outbox.Open);
    }
}
