using Contracts.Vocabulary;

namespace Contracts.Messages;

/// <summary>keepalived changed its role on a node. Exchange <c>vip.state</c>, routing key <c>state.&lt;node&gt;</c>.</summary>
public sealed record RoleObserved : IMessage
{
    public required int V { get; init; }
    public required ClusterName Cluster { get; init; }
    public required NodeId Node { get; init; }
    public required string Process { get; init; }
    public required string BootId { get; init; }
    /// <summary>The number of this transition; the same as in <see cref="GroupReading.Transitions"/>.</summary>
    public required long Counter { get; init; }
    public required GroupName Group { get; init; }
    public required VrrpRole Role { get; init; }
    public required bool VipPresent { get; init; }
    public required long AgeMs { get; init; }
}

/// <summary>What became of an order for one group. A broker's confirm is not an application: only this is.</summary>
public sealed record OrderResult : IMessage
{
    public required int V { get; init; }
    public required ClusterName Cluster { get; init; }
    public required NodeId Node { get; init; }
    public required string Process { get; init; }
    public required GroupName Group { get; init; }
    public required long Generation { get; init; }
    public required long Term { get; init; }
    public required long Epoch { get; init; }
    public required OrderedRole Role { get; init; }
    public required OrderOutcome Outcome { get; init; }
    /// <summary>Why, for people; at most 200 characters.</summary>
    public required string Reason { get; init; }
}

public enum OrderOutcome
{
    /// <summary>The files stand as ordered and the role was observed.</summary>
    Applied,
    /// <summary>Accepted; waits for keepalived (holder before MASTER).</summary>
    Pending,
    /// <summary>Not acceptable now (unhealthy, not BACKUP, no usable standby, disk); nothing changed.</summary>
    Refused,
    /// <summary>An older speaker, epoch, sequence or nonce; nothing changed.</summary>
    Stale,
}
