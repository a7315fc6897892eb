using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>Where the newest picture of everything stands for readers (API, page). Immutable values, replaced whole.</summary>
public interface IStatusBoard
{
    public ClusterStatus Current { get; }

    /// <summary>Completes when a status newer than <paramref name="version"/> stands.</summary>
    public Task<ClusterStatus> Newer(long version, CancellationToken stopping);
}

/// <param name="Version">Rises with every change.</param>
public sealed record ClusterStatus(long Version, bool BusConnected, string BusReason, ImmutableArray<GroupStatus> Groups, ImmutableArray<NodeStatus> Nodes);

/// <summary>One group as the core sees it: wanted and observed side by side.</summary>
public sealed record GroupStatus
{
    public required GroupName Group { get; init; }
    public required ImmutableArray<string> Vips { get; init; }
    public required GroupMode Mode { get; init; }
    /// <summary>Recorded in the register; null before the first.</summary>
    public Assignment? Assignment { get; init; }
    /// <summary>The nodes whose keepalived says MASTER now; more than one is a dual master.</summary>
    public required ImmutableArray<NodeId> Masters { get; init; }
    /// <summary>The armed standby and whether it is ready now.</summary>
    public NodeId? Standby { get; init; }
    public required bool StandbyReady { get; init; }
    /// <summary>The row of the decision table that fired last, and its sentence.</summary>
    public required string Decision { get; init; }
    public required string Because { get; init; }
    /// <summary>Active diagnoses by name, with a sentence each.</summary>
    public required ImmutableArray<Diagnosis> Diagnoses { get; init; }
    public required ImmutableArray<MemberStatus> Members { get; init; }
}

public sealed record Diagnosis(string Name, string Severity, string Text, TimeSpan Age);

public sealed record MemberStatus
{
    public required NodeId Node { get; init; }
    public required int Preference { get; init; }
    /// <summary>What the leader orders it to be (or would, in observe mode or on a follower); null = no order.</summary>
    public OrderedRole? Wanted { get; init; }
    /// <summary>Age of the newest health event; null = never heard.</summary>
    public TimeSpan? Age { get; init; }
    /// <summary>Older than 3 s: what it said is shown with its age and treated as unknown.</summary>
    public required bool Stale { get; init; }
    public GroupReading? Reading { get; init; }
}

public sealed record NodeStatus
{
    public required NodeId Node { get; init; }
    public TimeSpan? Age { get; init; }
    public required bool Stale { get; init; }
    public HealthEvent? Event { get; init; }
}
