using Arbiter.Core;

namespace Arbiter.Notifications;

/// <summary>Somebody who is told. One delivery per receiver and group is under way at a time; the order within a group is kept.</summary>
internal interface IReceiver
{
    /// <summary>As in the configuration; names its progress in the register.</summary>
    public string Name { get; }

    /// <summary>webhook, bus.</summary>
    public string Type { get; }

    /// <summary>Where it is, for people: nothing of it may be secret.</summary>
    public string Shown { get; }

    /// <summary>It is told every event, and no route speaks of it.</summary>
    public bool TakesAll => false;

    /// <summary>Calls when the other side can be reached again, where that shows by itself: what waits is tried at once. May call from any thread.</summary>
    public void Watch(Action back) { }

    /// <summary>One attempt. Never throws; ends within its own deadline.</summary>
    public Task<DeliveryOutcome> Deliver(RecordedEvent what, DeliveryAttempt attempt, CancellationToken stopping);
}

/// <param name="Number">1 for the first; a new leader counts anew.</param>
/// <param name="Recorded">False: no majority of the register holds the event, it is told all the same.</param>
internal sealed record DeliveryAttempt(int Number, bool Recorded);

/// <param name="Detail">What the other side said or why it was not reached, without a secret; at most 200 characters.</param>
/// <param name="RetryAfter">Asked for by the other side; null = the schedule's own delay.</param>
internal sealed record DeliveryOutcome(DeliveryResult Result, string Detail, TimeSpan? RetryAfter = null);

internal enum DeliveryResult
{
    Delivered,
    /// <summary>Worth another try.</summary>
    Failed,
    /// <summary>Trying again is of no use for this event.</summary>
    Rejected,
    /// <summary>The other side wants no event any more (410).</summary>
    Gone,
}
