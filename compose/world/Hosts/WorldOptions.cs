using Contracts.Vocabulary;

namespace World.Hosts;

/// <summary>What the world is made of at its beginning.</summary>
public sealed record WorldOptions
{
    public required ClusterName Cluster { get; init; }
    /// <summary>The cluster's keys; each agent's own is derived from it (docs/wire.md).</summary>
    public required string ClusterKey { get; init; }
    public required IReadOnlyList<NodeId> Nodes { get; init; }
    public required IReadOnlyList<WorldGroup> Groups { get; init; }
    /// <summary><c>advert_int</c> of every keepalived; 1 s or more means VRRPv2, less VRRPv3.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"WorldOptions {{ {Cluster}, {string.Join(", ", Nodes)}, {Groups.Count} groups }}";
}

/// <param name="Vip">With its prefix length, <c>172.20.0.248/16</c>.</param>
/// <param name="Ranking">The members, best first: base 240, 232, 224, ...</param>
public sealed record WorldGroup(GroupName Name, string Vip, IReadOnlyList<NodeId> Ranking);
