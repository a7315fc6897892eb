using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// O3. After each order that an agent took, three questions of its own pure core, at the same moment and with no consequences: the very same order
/// again is refused and leaves every group as it is; the same order as the next refresh (sequence + 1) leaves every group as it is; neither writes a
/// file. And no order (speaker, sequence) is taken twice by one process, whenever the second one comes.
/// </summary>
internal sealed class RepeatJudge : Judge
{
    private readonly Dictionary<NodeId, (string Process, HashSet<(long, long, long)> Orders)> _taken = [];

    public override void AgentEnded(TimeSpan now, NodeId node) => _taken.Remove(node);

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (input is not AgentInput.Ordered { Order: var order } || !Taken.Any(before, after, order)) return;
        if (!_taken.TryGetValue(node, out var life) || life.Process != after.Process) _taken[node] = life = (after.Process, []);
        if (!life.Orders.Add((order.Generation, order.Term, order.Seq)))
            throw Broken("O3", $"{node} takes order {order.Seq} of term {order.Generation}/{order.Term} a second time");
        Again(node, after, input, "the same order once more");
        Again(node, after, new AgentInput.Ordered(input.At, order with { Seq = order.Seq + 1 }), "the order's refresh");
    }

    private static void Again(NodeId node, AgentState state, AgentInput input, string what)
    {
        var again = AgentCore.Advance(state, input);
        foreach (var effect in again.Effects)
            if (effect is Effect.Write write) throw Broken("O3", $"{node} {write.Group}: {what} writes the {write.File} file: {write.Value}");
        foreach (var (name, group) in again.State.Groups)
            if (!group.Equals(state.Groups[name]))
                throw Broken("O3", $"{node} {name}: {what} changes the state: {Difference(state.Groups[name], group)}");
    }

    private static string Difference(GroupState a, GroupState b) =>
        a.Fence != b.Fence ? $"fence {a.Fence} -> {b.Fence}" : a.Steered != b.Steered ? $"{a.Steered} -> {b.Steered}" : a.Order != b.Order ? $"order {a.Order} -> {b.Order}" : $"{a} -> {b}";
}
