using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace Simulation.Cluster;

/// <summary>What became of an order in a step, seen from outside: by what the agent has changed, not by what it says.</summary>
internal static class Taken
{
    /// <summary>Something of it stands now.</summary>
    public static bool Any(AgentState before, AgentState after, Order order)
    {
        if (before.Speaker != after.Speaker || before.OrderSeq != after.OrderSeq) return true;
        foreach (var wanted in order.Groups)
            if (In(before, after, wanted.Group)) return true;
        return false;
    }

    /// <summary>Another standing order than before, be it with the same words.</summary>
    public static bool In(AgentState before, AgentState after, GroupName group) =>
        after.Groups.TryGetValue(group, out var a) && before.Groups.TryGetValue(group, out var b) && !ReferenceEquals(a.Order, b.Order);
}
