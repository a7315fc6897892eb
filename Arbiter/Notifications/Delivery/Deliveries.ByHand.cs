using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

// What an operator asks for, and the picture for people.
internal sealed partial class Deliveries
{
    private void Again(DeliveryInput.Redeliver ask)
    {
        var done = ImmutableArray.CreateBuilder<Redelivery>();
        foreach (var to in WhoAgain(ask)) done.Add(new Redelivery(to.Name, Again(to, ask.Event)));
        _effects.Add(new DeliveryEffect.Answer(ask.Ask, done.ToImmutable()));
    }

    private IEnumerable<Recipient> WhoAgain(DeliveryInput.Redeliver ask)
    {
        if (!Leading) return [];
        if (ask.Receiver is { } name) return _recipients.Where(r => r.Name == name);
        var dead = _recipients.Where(r => HasDead(r, ask.Event.Id)).ToArray();
        return dead.Length > 0 ? dead : _recipients.Where(r => _settings.Routes.InsteadOf(r.Name, ask.Event) is { IsEmpty: true });
    }

    private bool HasDead(Recipient to, string id) =>
        _picture.Outbox.Receivers.GetValueOrDefault(to.Name) is { } progress && progress.Dead.Any(d => d.Id == id);

    private RedeliveryState Again(Recipient to, RecordedEvent what)
    {
        if (to.Lanes.Values.FirstOrDefault(l => l.Letters.Any(x => x.Event.Id == what.Id)) is { } lane)
        {
            if (lane.Key.Kind == LaneKind.Again) return RedeliveryState.UnderWay;
            // its turn comes behind the older ones of its group, so the first of them is tried now
            var first = lane.Letters.Peek();
            (first.DueAt, to.HoldUntil) = (Schedule.Least(first.DueAt, _now), default);
            foreach (var letter in lane.Letters.Where(l => l.Event.Id == what.Id)) letter.InsteadOf = [];
            return RedeliveryState.Hurried;
        }
        if (to.Lanes.Where(l => l.Key.Kind == LaneKind.Again).Sum(l => l.Value.Letters.Count) >= MostAgain) return RedeliveryState.TooMany;
        // it may be older than 72 h: its time runs from now
        Put(to, LaneKind.Again, new Letter(what) { Since = _utc });
        return RedeliveryState.Accepted;
    }

    public ImmutableArray<RecipientPicture> Show() => [.. _recipients.Select(Show)];

    private RecipientPicture Show(Recipient to)
    {
        var progress = _picture.Outbox.Receivers.GetValueOrDefault(to.Name);
        var unread = !Leading || !to.Inbox.Known ? 0 : Math.Max(0, _picture.Outbox.Last - to.Inbox.Next + 1);
        // what a fallback would get is not waiting for it
        var waiting = to.Letters.Where(l => l.InsteadOf.IsEmpty).ToArray();
        var oldest = waiting.MinBy(l => l.Event.Utc);
        var next = to.Lanes.Values.Where(l => l.Letters.Count > 0 && !l.InFlight).Select(l => l.Letters.Peek()).Where(l => l.InsteadOf.IsEmpty).MinBy(l => l.DueAt);
        TimeSpan? nextIn = next is null || to.Disabled ? null : Most(Most(next.DueAt, to.HoldUntil) - _now, TimeSpan.Zero);
        return new RecipientPicture
        {
            Name = to.Name,
            State = to.Disabled ? RecipientState.Disabled : !Leading ? RecipientState.Standby : progress is null ? RecipientState.Starting
                : to.Broken ? RecipientState.Broken : to.Failures > 0 ? RecipientState.Failing : RecipientState.Good,
            Cursor = Leading ? Math.Max(to.Inbox.Watermark, progress?.Cursor ?? 0) : progress?.Cursor,
            Recorded = progress?.Cursor,
            Waiting = Leading ? waiting.Length + unread : progress is null ? waiting.Length : Math.Max(0, _picture.Outbox.Last - progress.Cursor - progress.Done.Length),
            OldestAge = oldest is null ? null : Age(oldest.Event.Utc),
            OldestId = oldest?.Event.Id,
            InFlight = to.InFlight,
            Failures = to.Failures,
            NextIn = nextIn,
            Last = to.Last,
            Delivered = to.Delivered,
            Failed = to.Failed,
            DeadTotal = progress?.DeadTotal ?? to.Dead,
            Dead = progress?.Dead ?? [],
            Revived = [.. StillListed(to).Select(d => d.Id)],
        };
    }

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

internal enum RecipientState
{
    /// <summary>Another replica sends, or nobody.</summary>
    Standby,
    /// <summary>The register does not know the receiver yet.</summary>
    Starting,
    Good,
    Failing,
    /// <summary>One attempt at a time until it answers.</summary>
    Broken,
    /// <summary>It answered 410.</summary>
    Disabled,
}

/// <summary>One receiver for people. What only the leader knows is empty elsewhere.</summary>
internal sealed record RecipientPicture
{
    public required string Name { get; init; }
    public required RecipientState State { get; init; }
    /// <summary>Everything up to here is settled; null = the register does not know the receiver.</summary>
    public required long? Cursor { get; init; }
    /// <summary>The same as the register holds it.</summary>
    public required long? Recorded { get; init; }
    public required long Waiting { get; init; }
    public required TimeSpan? OldestAge { get; init; }
    public required string? OldestId { get; init; }
    public required int InFlight { get; init; }
    /// <summary>In a row.</summary>
    public required int Failures { get; init; }
    public required TimeSpan? NextIn { get; init; }
    public required LastResult? Last { get; init; }
    /// <summary>Since this process started.</summary>
    public required long Delivered { get; init; }
    public required long Failed { get; init; }
    public required long DeadTotal { get; init; }
    public required ImmutableArray<DeadLetter> Dead { get; init; }
    /// <summary>Ids of dead ones that were delivered by hand a moment ago.</summary>
    public required ImmutableArray<string> Revived { get; init; }
}
