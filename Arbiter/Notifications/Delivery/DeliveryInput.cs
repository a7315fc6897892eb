using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Arbiter.Notifications.Delivery;

/// <summary>Everything that moves the deliveries on. Time comes with it.</summary>
/// <param name="Now">On the process's monotonic clock: what waits, waits by it.</param>
/// <param name="Utc">Only to know how old an event is.</param>
internal abstract record DeliveryInput(TimeSpan Now, DateTimeOffset Utc)
{
    internal sealed record Picture(TimeSpan Now, DateTimeOffset Utc, OutboxPicture Outbox) : DeliveryInput(Now, Utc);

    /// <summary>What the history holds of the numbers that were searched; empty also when nobody answered.</summary>
    internal sealed record Found(TimeSpan Now, DateTimeOffset Utc, DeliveryEffect.Search Asked, ImmutableArray<RecordedEvent> Events) : DeliveryInput(Now, Utc);

    internal sealed record Ended(TimeSpan Now, DateTimeOffset Utc, long Attempt, DeliveryOutcome How) : DeliveryInput(Now, Utc);

    /// <summary>A receiver answered a test well: it is not down, whatever was thought of it.</summary>
    internal sealed record Reached(TimeSpan Now, DateTimeOffset Utc, string Receiver) : DeliveryInput(Now, Utc);

    /// <summary>A receiver that was away can be reached again, by its own word: what waits for it is due now.</summary>
    internal sealed record Back(TimeSpan Now, DateTimeOffset Utc, string Receiver) : DeliveryInput(Now, Utc);

    /// <param name="Ask">Names the answer.</param>
    /// <param name="Receiver">Null: whoever has it dead, and if nobody has, whoever the routes send it to.</param>
    internal sealed record Redeliver(TimeSpan Now, DateTimeOffset Utc, long Ask, RecordedEvent Event, string? Receiver) : DeliveryInput(Now, Utc);

    internal sealed record Tick(TimeSpan Now, DateTimeOffset Utc) : DeliveryInput(Now, Utc);
}

internal abstract record DeliveryEffect
{
    private DeliveryEffect() { }

    /// <summary>One attempt; its end comes back as <see cref="DeliveryInput.Ended"/>.</summary>
    internal sealed record Send(long Id, string Receiver, RecordedEvent Event, DeliveryAttempt Attempt) : DeliveryEffect;

    /// <summary>This replica leads no more: attempts under way need not end well.</summary>
    internal sealed record Abandon(ImmutableArray<long> Attempts) : DeliveryEffect;

    internal sealed record Wish(OutboxWish What) : DeliveryEffect;

    internal sealed record Search(string Receiver, long Generation, long Term, long First, long Last) : DeliveryEffect;

    /// <summary>For the log.</summary>
    internal sealed record Say(Loudness Loudness, string Receiver, string Text) : DeliveryEffect;

    /// <summary>For the figures.</summary>
    /// <param name="Latency">From the event to the answer, of a delivery.</param>
    internal sealed record Count(Counted What, string Receiver, TimeSpan Latency = default) : DeliveryEffect;

    internal sealed record Answer(long Ask, ImmutableArray<Redelivery> Receivers) : DeliveryEffect;
}

internal enum Loudness { Information, Warning, Error }

internal enum Counted { Queued, Delivered, Failed, Dead }

/// <summary>What became of the wish to send an event to a receiver again.</summary>
internal sealed record Redelivery(string Receiver, RedeliveryState State);

internal enum RedeliveryState
{
    /// <summary>It is sent now, and tried again like a new event.</summary>
    Accepted,
    /// <summary>It was still waiting; its next attempt is made now, in its turn.</summary>
    Hurried,
    /// <summary>It was asked for before and is being tried.</summary>
    UnderWay,
    /// <summary>Redeliveries to this receiver wait already, as many as may.</summary>
    TooMany,
}
