using System.Collections.Immutable;
using Arbiter.Notifications;

namespace Arbiter.Api;

// The documented shapes of docs/api.md, "Notifications".

/// <param name="Sending">This replica leads and sends; only then waiting, attempts and results are complete.</param>
/// <param name="Last">Number of the newest event of the generation.</param>
/// <param name="ToldBy">On a replica that does not send: the leader whose word the receivers are; null = what this replica knows itself.</param>
public sealed record NotificationsView(AnsweredBy AnsweredBy, bool Sending, long Generation, long Last, LeadersWordView? ToldBy, NotificationTotals Totals, ImmutableArray<ReceiverView> Receivers);

public sealed record LeadersWordView(string Leader, long AgeMs);

public sealed record NotificationTotals(long Waiting, long Delivered, long Failed, long Dead);

public sealed record ReceiverView
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    /// <summary>Without path and query: they may be secret.</summary>
    public required string Url { get; init; }
    public required string State { get; init; }
    public required long? Cursor { get; init; }
    public required long Waiting { get; init; }
    public required long? OldestAgeMs { get; init; }
    public required string? OldestId { get; init; }
    public required int InFlight { get; init; }
    public required int Failures { get; init; }
    public required long? NextAttemptMs { get; init; }
    public required AttemptView? LastAttempt { get; init; }
    public required long Delivered { get; init; }
    public required long Failed { get; init; }
    public required long DeadTotal { get; init; }
    public required ImmutableArray<DeadLetterView> Dead { get; init; }
}

public sealed record AttemptView(DateTimeOffset At, string Id, string Result, string Detail);

public sealed record DeadLetterView(long Number, string Id, string Reason, DateTimeOffset At, bool Redelivered);

public sealed record NotificationDone(string Title, string Detail, string? Id, ImmutableArray<NotificationResult> Receivers);

public sealed record NotificationResult(string Receiver, string Result, string Detail, long? Ms);

internal static class NotificationShapes
{
    public static NotificationsView View(AnsweredBy by, NotificationStatus now)
    {
        ImmutableArray<ReceiverView> receivers = [.. now.Receivers.Select(View)];
        return new NotificationsView(by, now.Leading, now.Generation, now.Last, now.Told is { } told ? new LeadersWordView(told.Leader, (long)told.Age.TotalMilliseconds) : null,
            new NotificationTotals(receivers.Sum(r => r.Waiting), receivers.Sum(r => r.Delivered), receivers.Sum(r => r.Failed), receivers.Sum(r => r.DeadTotal)), receivers);
    }

    private static ReceiverView View(ReceiverStatus r) => new()
    {
        Name = r.Name,
        Type = r.Type,
        Url = r.Url,
        State = r.State,
        Cursor = r.Cursor,
        Waiting = r.Waiting,
        OldestAgeMs = Ms(r.OldestAge),
        OldestId = r.OldestId,
        InFlight = r.InFlight,
        Failures = r.Failures,
        NextAttemptMs = Ms(r.NextIn),
        LastAttempt = r.Last is { } last ? new AttemptView(last.Utc, last.Id, last.Result, last.Detail) : null,
        Delivered = r.Delivered,
        Failed = r.Failed,
        DeadTotal = r.DeadTotal,
        Dead = [.. r.Dead.Select(d => new DeadLetterView(d.Number, d.Id, d.Reason, d.Utc, d.Redelivered))],
    };

    public static NotificationDone View(VerbAnswer answer) =>
        new(answer.Title, answer.Detail, answer.Id, [.. answer.Receivers.Select(r => new NotificationResult(r.Receiver, r.Result, r.Detail, r.Ms))]);

    private static long? Ms(TimeSpan? span) => span is { } s ? (long)s.TotalMilliseconds : null;
}
