using Contracts.Vocabulary;

namespace World.Hosts;

/// <summary>The truth about one VIP: on whose interface it is, who last came to have it, and whom each node would send its packets to.</summary>
internal sealed class SimulatedGroup(WorldGroup options)
{
    private readonly SortedDictionary<NodeId, NodeId> _neighbours = [];

    public GroupName Name => options.Name;
    public SortedSet<NodeId> Holders { get; } = [];
    public NodeId? Last { get; private set; }
    public int Moves { get; private set; }
    /// <summary>Since when nobody has it; null while somebody has.</summary>
    public TimeSpan? LostAt { get; private set; }
    public required VipClient Client { get; init; }

    public void Take(NodeId node, bool present, TimeSpan now)
    {
        if (!present)
        {
            Holders.Remove(node);
            if (Holders.Count == 1) Last = Holders.Min;
            if (Holders.Count == 0) LostAt = now;
            return;
        }
        Holders.Add(node);
        if (Last is { } last && last != node) Moves++;
        Last = node;
    }

    /// <summary>keepalived said that it is MASTER: how long nobody had the VIP; null when somebody did all the time.</summary>
    public TimeSpan? Found(TimeSpan now)
    {
        var lost = now - LostAt;
        LostAt = null;
        return lost;
    }

    public void Heard(NodeId observer, NodeId from) => _neighbours[observer] = from;

    public NodeId? Neighbour(NodeId observer) => _neighbours.TryGetValue(observer, out var node) ? node : null;
}
