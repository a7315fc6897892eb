using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>All that a group remembers between two inputs.</summary>
internal sealed record GroupState(GroupRules Rules)
{
    /// <summary>The bus has been neither reached nor missed since the start.</summary>
    public const string NotReachedYet = "not connected yet";

    public required ImmutableArray<MemberView> Members { get; init; }

    public bool BusConnected { get; init; }
    public string BusReason { get; init; } = NotReachedYet;

    public bool Leading { get; init; }
    public long Generation { get; init; }
    public long Term { get; init; }
    public TimeSpan GainedAt { get; init; }
    /// <summary>Latched: the startup grace passed and a majority of the agents reported.</summary>
    public bool GraceOver { get; init; }

    /// <summary>Until when this replica, which stood still, decides nothing new: what it reads now may have waited as long as it stood.</summary>
    public TimeSpan TiltUntil { get; init; }

    /// <summary>As acknowledged by the register's majority; orders speak of nothing else.</summary>
    public Assignment? Assignment { get; init; }
    public InFlight? InFlight { get; init; }
    /// <summary>No wish before this time, after a refusal.</summary>
    public TimeSpan QuietUntil { get; init; }

    /// <summary>The one node that is armed or being armed.</summary>
    public NodeId? Standby { get; init; }
    /// <summary>The standby last named to the holder of an epoch.</summary>
    public Announced? Announced { get; init; }
    /// <summary>An ordered move until nothing of it is left: the old holder's fence, or the time that a hand-over takes to calm down.</summary>
    public OpenMove? Move { get; init; }
    /// <summary>A planned move that was asked for with this very input; null between inputs.</summary>
    public MoveRequest? Asked { get; init; }
    /// <summary>When moves of this group were recorded, newest last, those inside the window.</summary>
    public ImmutableArray<TimeSpan> Moves { get; init; } = [];

    public NodeId? SoleMaster { get; init; }
    public TimeSpan SoleSince { get; init; }
    /// <summary>Checks that fail everywhere: out of the ranking while they last.</summary>
    public ImmutableSortedDictionary<string, Incident> External { get; init; } = ImmutableSortedDictionary.Create<string, Incident>(StringComparer.Ordinal);
    public TimeSpan? ReportAskedAt { get; init; }

    /// <summary>The level last handed out per node.</summary>
    public ImmutableSortedDictionary<NodeId, GroupOrder> Ordered { get; init; } = ImmutableSortedDictionary<NodeId, GroupOrder>.Empty;
    /// <summary>What is or would be ordered now, for people.</summary>
    public ImmutableSortedDictionary<NodeId, GroupOrder> Wanted { get; init; } = ImmutableSortedDictionary<NodeId, GroupOrder>.Empty;
    public ImmutableSortedDictionary<string, Finding> Findings { get; init; } = ImmutableSortedDictionary.Create<string, Finding>(StringComparer.Ordinal);
    public Decision Decision { get; init; } = Decision.None;

    public static GroupState Start(GroupRules rules) => new(rules)
    {
        Members = [.. rules.Members.OrderBy(m => m.Node).Select(m => new MemberView(m))],
    };

    public MemberView? Find(NodeId? node) => node is { } n ? Members.FirstOrDefault(m => m.Node == n) : null;

    /// <summary>How long an ordered move may take until the new holder is MASTER.</summary>
    public TimeSpan MoveDeadline => ByDownFile ? Rules.DownFileMoveDeadline : GroupRules.MoveDeadline;
    public TimeSpan PlannedDeadline => ByDownFile ? Rules.DownFileMoveDeadline : Rules.PlannedDeadline;

    /// <summary>One of the nodes is steered by a down file: moves take seconds there.</summary>
    public bool ByDownFile => Members.Any(m => m.Reading is { Steering: SteeringKind.DownFile });

    public GroupState With(MemberView view) =>
        this with { Members = [.. Members.Select(m => m.Node == view.Node ? view : m)] };
}

/// <summary>A wish that the register has not answered; <see cref="Unknown"/>: it answered that it cannot say.</summary>
internal sealed record InFlight(Proposal Proposal, MoveKind Move, TimeSpan At, bool Unknown)
{
    /// <summary>Who asked for it, when it is a planned move.</summary>
    public MoveRequest? Asked { get; init; }
}

internal sealed record Announced(NodeId Node, long Epoch, TimeSpan At);

internal sealed record OpenMove(NodeId From, NodeId To, long Epoch, TimeSpan At, TimeSpan? MasterAt)
{
    public MoveKind Kind { get; init; } = MoveKind.Fence;
    /// <summary>Who asked for it, when it is a planned move.</summary>
    public MoveRequest? Asked { get; init; }
    /// <summary>The old holder was seen below the standby.</summary>
    public bool Yielded { get; init; }
}

/// <param name="RecoveringAt">When one node saw the check good again; null = it fails everywhere.</param>
internal sealed record Incident(string Probe, string Kind, TimeSpan Since, TimeSpan? RecoveringAt);

/// <summary>An active diagnosis.</summary>
internal sealed record Finding(string Name, Weight Weight, string Text, TimeSpan Since);
