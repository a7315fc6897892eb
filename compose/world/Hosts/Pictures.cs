using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace World.Hosts;

/// <summary>The truth about the simulated world at one moment, as nobody inside it sees it. Times are the world's.</summary>
public sealed record WorldPicture(TimeSpan At, ImmutableArray<GroupPicture> Groups, ImmutableArray<NodePicture> Nodes);

/// <param name="Holders">On whose interface the VIP is, whether or not anything answers there.</param>
/// <param name="Reached">Where a client's packets for the VIP go: whoever announced it last; null: nobody yet.</param>
/// <param name="Served">Whether a client that connects now is served.</param>
/// <param name="Outages">When it was not, oldest first, at most the newest 100; the last one may still go on.</param>
/// <param name="Moves">How often the VIP came to another node than the one that had it last.</param>
public sealed record GroupPicture(GroupName Name, ImmutableArray<NodeId> Holders, NodeId? Reached, bool Served, ImmutableArray<Outage> Outages, int Moves);

public sealed record Outage(TimeSpan From, TimeSpan? Until)
{
    public TimeSpan Length(TimeSpan now) => (Until ?? now) - From;
}

public enum ProxyState
{
    Running,
    /// <summary>The process is there and the kernel accepts connections, nothing answers.</summary>
    Hung,
    Dead,
}

/// <param name="Roles">What keepalived says of each group, with its effective priority.</param>
public sealed record NodePicture(
    NodeId Name, ProxyState Haproxy, bool KeepalivedAlive, bool AgentAlive, bool GatewayCut, bool BrokerCut, bool Isolated,
    ImmutableSortedDictionary<GroupName, RolePicture> Roles);

public sealed record RolePicture(VrrpRole Role, int Priority, bool Fenced);

/// <summary>Something happened in the world, in words: a line of the story.</summary>
public sealed record Happening(TimeSpan At, string Who, string Text, Tone Tone);

public enum Tone
{
    /// <summary>Somebody outside did it: a fault, or its end.</summary>
    Fault,
    Bad,
    Plain,
    Good,
}
