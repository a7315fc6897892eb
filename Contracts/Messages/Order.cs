using Contracts.Vocabulary;

namespace Contracts.Messages;

/// <summary>
/// One per node for all its groups, about once a second and at once on a change. Exchange <c>vip.orders</c>, routing key <c>order.&lt;node&gt;</c>.
/// It names roles, not commands: the last one wins and a repeated one changes nothing.
/// </summary>
public sealed record Order : IMessage
{
    public required int V { get; init; }
    public required ClusterName Cluster { get; init; }
    public required NodeId Node { get; init; }
    /// <summary>The agent process whose heartbeat is echoed.</summary>
    public required string Process { get; init; }
    public required long Generation { get; init; }
    public required long Term { get; init; }
    /// <summary>Rises with each order of this term; the agent takes each at most once and none behind a newer one.</summary>
    public required long Seq { get; init; }
    /// <summary>Echo of a heartbeat's nonce.</summary>
    public required string Nonce { get; init; }
    /// <summary>Validity, counted by the agent from the moment it sent that nonce; 1000 to 60 000.</summary>
    public required long ValidMs { get; init; }
    /// <summary>Send a health event after each probe round for the next second.</summary>
    public bool Report { get; init; }
    public required IReadOnlyList<GroupOrder> Groups { get; init; }
}

public sealed record GroupOrder
{
    public required GroupName Group { get; init; }
    public required long Epoch { get; init; }
    public required OrderedRole Role { get; init; }
    /// <summary>The node that is armed and healthy now; expires 3 s after the echoed nonce. Null = none: an own failure must not fence.</summary>
    public NodeId? Standby { get; init; }
    /// <summary>The leader saw another node MASTER and healthy.</summary>
    public bool OtherMaster { get; init; }
    public required GroupPolicy Policy { get; init; }
}

/// <summary>The part of a group's configuration that its agents obey; persisted with the epoch.</summary>
public sealed record GroupPolicy
{
    public required ControlPlaneLoss OnControlPlaneLoss { get; init; }
    public required Isolation OnIsolation { get; init; }
    /// <summary>Off lifts the limit of own fences (test labs only).</summary>
    public required bool Brakes { get; init; }
    public required IReadOnlyList<string> Vips { get; init; }
    /// <summary>An http:// address on one of the VIPs that the nodes which do not hold it ask once a second; null = none.</summary>
    public string? Service { get; init; }

    public bool Equals(GroupPolicy? other) =>
        other is not null && OnControlPlaneLoss == other.OnControlPlaneLoss && OnIsolation == other.OnIsolation
        && Brakes == other.Brakes && Service == other.Service && Vips.SequenceEqual(other.Vips);

    public override int GetHashCode() => HashCode.Combine(OnControlPlaneLoss, OnIsolation, Brakes, Service, Vips.Count);
}

/// <summary>Who leads, for people and dashboards; not signed, and never a floor for agents. Exchange <c>vip.term</c>, key <c>term</c>.</summary>
public sealed record LeaderAnnounced : IMessage
{
    public required int V { get; init; }
    public required ClusterName Cluster { get; init; }
    public required string Leader { get; init; }
    public required long Generation { get; init; }
    public required long Term { get; init; }
}
