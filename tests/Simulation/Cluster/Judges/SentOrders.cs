using Contracts.Messages;
using Contracts.Vocabulary;

namespace Simulation.Cluster;

/// <summary>Every order that left a replica, and when. (node, generation, term, sequence) names one: a term has one leader, who counts.</summary>
internal sealed class SentOrders
{
    private readonly Dictionary<(NodeId, long, long, long), (TimeSpan At, Order Order)> _sent = [];

    public void Add(TimeSpan now, Order order) => _sent.TryAdd(Key(order), (now, order));

    /// <summary>When and how it left; null: no replica ever sent such a one to that node.</summary>
    public (TimeSpan At, Order Order)? Find(Order order) => _sent.TryGetValue(Key(order), out var sent) ? sent : null;

    /// <summary>What is on the wire, value by value.</summary>
    public static bool Same(Order a, Order b) =>
        a.V == b.V && a.Cluster == b.Cluster && a.Node == b.Node && a.Process == b.Process && a.Generation == b.Generation && a.Term == b.Term
        && a.Seq == b.Seq && a.Nonce == b.Nonce && a.ValidMs == b.ValidMs && a.Report == b.Report && a.Groups.SequenceEqual(b.Groups);

    private static (NodeId, long, long, long) Key(Order order) => (order.Node, order.Generation, order.Term, order.Seq);
}
