using System.Collections.Immutable;

namespace Arbiter.Core;

/// <summary>
/// What a decision looked at and why it came out so, at one moment, in words and figures that stay (docs/history.md). Ages and durations
/// are milliseconds at that moment.
/// </summary>
public sealed record Explanation
{
    public const int Current = 1;

    public int V { get; init; } = Current;
    public required string Group { get; init; }
    /// <summary>The row of the decision table that applied (docs/decision-table.md), when it applies and what comes of it.</summary>
    public required string Row { get; init; }
    public required string When { get; init; }
    public required string Then { get; init; }
    /// <summary>The row's own sentence about this case.</summary>
    public required string Sentence { get; init; }
    /// <summary>What would have been done, and was held back; null: nothing was.</summary>
    public string? Would { get; init; }
    /// <summary>The holder that was to be recorded; null: no wish came of it.</summary>
    public ProposedSaid? Proposed { get; init; }
    public required string Mode { get; init; }
    public required bool Leading { get; init; }
    public required bool BusConnected { get; init; }
    /// <summary>Recorded at that moment; 0 and null before the first.</summary>
    public required long Epoch { get; init; }
    public string? Holder { get; init; }
    public string? Standby { get; init; }
    public required bool StandbyReady { get; init; }
    /// <summary>Why a ready standby was not named to the holder; null: nothing withheld it.</summary>
    public string? Withheld { get; init; }
    /// <summary>What is left of the hold-down after the last move; 0: none.</summary>
    public required long HoldDownMs { get; init; }
    public required ImmutableArray<CandidateSaid> Candidates { get; init; }
    public required ImmutableArray<InputSaid> Inputs { get; init; }
    /// <summary>Checks that failed everywhere and were out of the ranking.</summary>
    public ImmutableArray<ExternalSaid> External { get; init; } = [];
}

public sealed record ProposedSaid(string Holder, string Reason, long ExpectedEpoch);

/// <param name="Verdict">chosen, recorded holder, ready, or why it was no candidate.</param>
public sealed record CandidateSaid(string Node, string Verdict);

public sealed record ExternalSaid(string Probe, long ForMs);

/// <summary>The newest reading of one member. What is stale was not believed.</summary>
public sealed record InputSaid
{
    public required string Node { get; init; }
    /// <summary>Null: it never reported.</summary>
    public long? AgeMs { get; init; }
    public required bool Stale { get; init; }
    /// <summary>Two agents spoke for it.</summary>
    public bool Duplicate { get; init; }
    public string? Role { get; init; }
    public long? RoleMs { get; init; }
    public string? Health { get; init; }
    public long? HealthyMs { get; init; }
    public int? Priority { get; init; }
    public int? Base { get; init; }
    public string? Steered { get; init; }
    public bool? Fenced { get; init; }
    public bool? KeepalivedAlive { get; init; }
    public bool? VipPresent { get; init; }
    public string? Ordered { get; init; }
    public long? Epoch { get; init; }
    public string? Fault { get; init; }
    public ServiceSaid? Service { get; init; }
    /// <summary>Probes that were not plainly good.</summary>
    public ImmutableArray<ProbeSaid> Failing { get; init; } = [];
}

/// <param name="ForMs">How long in that state.</param>
/// <param name="FirstMissMs">Age of the first of its present misses; 0 without one.</param>
public sealed record ProbeSaid(string Name, string Kind, string Class, string State, string Reason, long ForMs, int Misses, long FirstMissMs);

public sealed record ServiceSaid(string State, string Reason, long ForMs, double LatencyMs);
