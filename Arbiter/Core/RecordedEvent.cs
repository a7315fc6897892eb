namespace Arbiter.Core;

/// <summary>
/// Something that happened and is told: once in the ring of the register, then to every receiver, to the history and to
/// <c>vip.events</c>. <see cref="Id"/> names it for ever and is the same in every delivery (docs/notifications.md).
/// </summary>
public sealed record RecordedEvent
{
    /// <summary>Its place in the order of all events of a generation: 1, 2, 3 ... without gaps.</summary>
    public required long Number { get; init; }
    public required string Id { get; init; }
    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }
    /// <summary>info, warning or critical.</summary>
    public required string Severity { get; init; }
    /// <summary>Null: it concerns the whole cluster.</summary>
    public string? Group { get; init; }
    /// <summary>The node it speaks of; null when it is about the group as a whole.</summary>
    public string? Node { get; init; }
    public required long Generation { get; init; }
    /// <summary>Of the group's assignment at that time; 0 = none yet.</summary>
    public required long Epoch { get; init; }
    /// <summary>Of a change of role the role before (null = not known), of a decision the holder before (null = none).</summary>
    public string? From { get; init; }
    /// <summary>Of a change of role the new role, of a decision the new holder, of a diagnosis its name.</summary>
    public string? To { get; init; }
    public required string Reason { get; init; }
    /// <summary>When it happened, as near as the clocks of an arbiter and the age an agent gave allow. For people only.</summary>
    public required DateTimeOffset Utc { get; init; }
}

/// <summary>The types of events: one word each, because they are words of a routing key.</summary>
public static class EventTypes
{
    /// <summary>keepalived of a node changed its role: observed, not decided.</summary>
    public const string RoleChanged = "role_changed";
    /// <summary>A holder was recorded by the register's majority.</summary>
    public const string DecisionMade = "decision_made";
    public const string DiagnosisRaised = "diagnosis_raised";
    public const string DiagnosisCleared = "diagnosis_cleared";
    public const string LeaderChanged = "leader_changed";
    /// <summary>A scheduled move that was not made, and why.</summary>
    public const string ScheduleMissed = "schedule_missed";
    /// <summary>Events that a receiver can no longer get one by one, by their numbers.</summary>
    public const string EventsCoalesced = "events_coalesced";
    /// <summary>Asked for by an operator.</summary>
    public const string Test = "test";

    public static IReadOnlyList<string> All { get; } =
        [RoleChanged, DecisionMade, DiagnosisRaised, DiagnosisCleared, LeaderChanged, ScheduleMissed, EventsCoalesced, Test];
}

public static class Severities
{
    public const string Info = "info";
    public const string Warning = "warning";
    public const string Critical = "critical";

    /// <summary>From mild to grave.</summary>
    public static IReadOnlyList<string> All { get; } = [Info, Warning, Critical];
}
