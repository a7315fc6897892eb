using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>Which node should hold a group's VIPs, as the register's majority recorded it.</summary>
public sealed record Assignment
{
    public required GroupName Group { get; init; }
    /// <summary>Handed out by the register, rising over all groups; never reused within a generation.</summary>
    public required long Epoch { get; init; }
    public required NodeId Holder { get; init; }
    public NodeId? Previous { get; init; }
    /// <summary>initial, failover, adopted, soft, ... with the detail behind a colon.</summary>
    public required string Reason { get; init; }
    /// <summary>For people only; no rule reads it.</summary>
    public required DateTimeOffset Utc { get; init; }
    /// <summary>The last ten moves, newest last.</summary>
    public ImmutableArray<Move> Moves { get; init; } = [];
}

/// <summary>One recorded move.</summary>
public sealed record Move(long Epoch, NodeId? From, NodeId To, string Reason, DateTimeOffset Utc);

/// <summary>A wish to record a holder; the register refuses it when the group's epoch is no longer the expected one (0 = none yet).</summary>
public sealed record Proposal(GroupName Group, long ExpectedEpoch, NodeId Holder, string Reason)
{
    /// <summary>The time of a schedule that this move spends; refused when that time was spent before.</summary>
    public Firing? Firing { get; init; }
}

public enum ProposalOutcome
{
    /// <summary>A majority has it: orders may follow.</summary>
    Committed,
    /// <summary>Another epoch stands, or this replica does not lead. Nothing was changed by us.</summary>
    Refused,
    /// <summary>No majority answered; it may or may not stand. The next read tells.</summary>
    Unknown,
}
