using System.Collections.Immutable;

namespace Arbiter.Core;

/// <summary>
/// What became of a recorded decision. Times are milliseconds from the moment of the decision; what happened before it is negative
/// (a node that took over by itself was MASTER before anybody recorded it).
/// </summary>
public sealed record MoveOutcome
{
    public const int Current = 1;

    public int V { get; init; } = Current;
    /// <summary>complete, deadline, superseded, leadershipLost, stopped; running while it is not known yet.</summary>
    public required string End { get; init; }
    /// <summary>When it was taken down as an entry.</summary>
    public required long AtMs { get; init; }
    /// <summary>The majority's answer.</summary>
    public long? RecordedMs { get; init; }
    /// <summary>The first sign of what made the move necessary, and what it was.</summary>
    public long? FirstSignMs { get; init; }
    public string? FirstSign { get; init; }
    /// <summary>Since when keepalived of the old holder has not been MASTER.</summary>
    public long? LeftMasterMs { get; init; }
    /// <summary>When keepalived of the new holder became MASTER.</summary>
    public long? MasterMs { get; init; }
    /// <summary>From the first sign to MASTER.</summary>
    public long? RecoveryMs { get; init; }
    /// <summary>What each node did with its order.</summary>
    public ImmutableArray<ObeyedSaid> Obeyed { get; init; } = [];
    /// <summary>Nodes without the VIP that saw the service answer after the new MASTER was there.</summary>
    public ImmutableArray<ServedSaid> Served { get; init; } = [];
}

/// <param name="Outcome">applied, pending, refused, stale; accepted: its reading says so, its answer did not arrive.</param>
public sealed record ObeyedSaid(string Node, string Role, string Outcome, string Reason, long AtMs);

/// <param name="AtMs">When it was seen to answer.</param>
/// <param name="FailedUntilMs">When it came back; null: this node did not see it fail.</param>
public sealed record ServedSaid(string Node, long AtMs, long? FailedUntilMs, double LatencyMs);
