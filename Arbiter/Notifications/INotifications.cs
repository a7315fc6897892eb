using System.Collections.Immutable;

namespace Arbiter.Notifications;

/// <summary>How the deliveries stand, as this replica knows it.</summary>
internal interface INotifications
{
    public NotificationStatus Status { get; }
}

/// <summary>What an operator may ask for. Only the leader can do it; anybody else passes it on, or answers 503 and says who leads.</summary>
internal interface INotificationVerbs
{
    /// <summary>Sends an event again that was given up, or hurries one that waits. Not kept in the register: ends with this leader.</summary>
    /// <param name="receiver">Null: whoever has it dead, and if nobody has, everybody whom the routes send it to.</param>
    public Task<VerbAnswer> Redeliver(string id, string? receiver, CancellationToken stopping);

    /// <summary>One attempt with an event of type <c>test</c> that is recorded nowhere.</summary>
    /// <param name="receiver">Null: all.</param>
    /// <param name="wait">Answer with the results (at most as long as the slowest receiver may take); otherwise at once.</param>
    public Task<VerbAnswer> Test(string? receiver, bool wait, CancellationToken stopping);
}

/// <param name="Status">As an HTTP status: 200 with results, 202 accepted, 404, 409, 429, 503 refused, 504 the leader did not answer in time.</param>
/// <param name="Detail">One sentence for a person.</param>
internal sealed record VerbAnswer(int Status, string Title, string Detail, string? Id, ImmutableArray<VerbResult> Receivers)
{
    public bool Good => Status is >= 200 and < 300;
}

/// <param name="Result">accepted, hurried, underWay, tooMany; of a test delivered, failed, rejected, gone.</param>
internal sealed record VerbResult(string Receiver, string Result, string Detail, long? Ms);

/// <param name="Leading">This replica sends.</param>
/// <param name="Told">On a replica that does not send: who told what stands under the receivers; null = it is what this replica knows itself.</param>
internal sealed record NotificationStatus(bool Leading, string? Leader, long Generation, long Last, LeadersWord? Told, ImmutableArray<ReceiverStatus> Receivers);

/// <param name="Age">Since it was heard.</param>
internal sealed record LeadersWord(string Leader, TimeSpan Age);

/// <summary>One receiver. What only the leader knows is null elsewhere.</summary>
internal sealed record ReceiverStatus
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string Url { get; init; }
    /// <summary>standby, starting, good, failing, broken, disabled.</summary>
    public required string State { get; init; }
    public required long? Cursor { get; init; }
    public required long Waiting { get; init; }
    public required TimeSpan? OldestAge { get; init; }
    public required string? OldestId { get; init; }
    public required int InFlight { get; init; }
    public required int Failures { get; init; }
    public required TimeSpan? NextIn { get; init; }
    public required AttemptStatus? Last { get; init; }
    public required long Delivered { get; init; }
    public required long Failed { get; init; }
    public required long DeadTotal { get; init; }
    /// <summary>Newest first.</summary>
    public required ImmutableArray<DeadStatus> Dead { get; init; }
}

/// <param name="Redelivered">By hand, a moment ago: the register is about to take it off the list.</param>
internal sealed record DeadStatus(long Number, string Id, string Reason, DateTimeOffset Utc, bool Redelivered);

internal sealed record AttemptStatus(DateTimeOffset Utc, string Id, string Result, string Detail);
