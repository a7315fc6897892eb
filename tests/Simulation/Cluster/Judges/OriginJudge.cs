using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// O5. What reaches an agent's core as an order is, value by value, an order that a replica sent to this node of this cluster: whatever is forged,
/// changed on its way, signed with another node's key, meant for another node or cluster, or no order at all, has ended before. (That it throws
/// nothing is P1.) Judged at the core's door, whether or not the order would have been obeyed.
/// </summary>
internal sealed class OriginJudge(SentOrders sent) : Judge
{
    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (input is not AgentInput.Ordered { Order: var order }) return;
        if (order.Node != node) throw Broken("O5", $"an order for {order.Node} reached the core of {node}");
        if (order.Cluster != after.Options.Cluster) throw Broken("O5", $"an order of cluster {order.Cluster} reached the core of {node} in {after.Options.Cluster}");
        if (sent.Find(order) is not { } origin) throw Broken("O5", $"order {order.Seq} of term {order.Generation}/{order.Term} reached {node}, and no replica sent it");
        if (!SentOrders.Same(origin.Order, order)) throw Broken("O5", $"order {order.Seq} of term {order.Generation}/{order.Term} reached {node} otherwise than it was sent");
    }
}
