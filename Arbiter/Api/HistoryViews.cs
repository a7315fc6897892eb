using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.Api;

// The shapes of history and explain (docs/api.md, docs/history.md).

/// <param name="Next">For <c>before=</c> of the next page; null: this one is the last.</param>
public sealed record HistoryView(
    AnsweredBy AnsweredBy, string? Group, ImmutableArray<EventView> Entries, string? Next, int Answered, ImmutableArray<HistoryServerView> Servers);

public sealed record HistoryServerView(string Address, string State, string? Detail, long Missing);

public sealed record EventView
{
    public required string Id { get; init; }
    /// <summary>Where it stands among all: <c>generation-number</c>.</summary>
    public required string Place { get; init; }
    public required string Type { get; init; }
    public required string Severity { get; init; }
    public required string? Group { get; init; }
    public required string? Node { get; init; }
    public required long Epoch { get; init; }
    public required string? From { get; init; }
    public required string? To { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>What the decision looked at is recorded: ask explain.</summary>
    public required bool Explained { get; init; }
    public required MoveOutcome? Outcome { get; init; }

    public static EventView Of(RecordedEvent e, bool explained = false, MoveOutcome? outcome = null) => new()
    {
        Id = e.Id, Place = $"{e.Generation}-{e.Number}", Type = e.Type, Severity = e.Severity, Group = e.Group, Node = e.Node, Epoch = e.Epoch,
        From = e.From, To = e.To, Reason = e.Reason, At = e.Utc, Explained = explained, Outcome = outcome,
    };
}

/// <param name="Now">What applies at this moment; null when a past event was asked for.</param>
/// <param name="Event">The event that was asked for, or the group's last recorded decision; null: none is known.</param>
/// <param name="Detail">What that decision looked at; null: no decision, or nobody took it down.</param>
public sealed record ExplainView(
    AnsweredBy AnsweredBy, string Group, Explanation? Now, EventView? Event, Explanation? Detail, int Answered, ImmutableArray<HistoryServerView> Servers);
