using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// V4. A VIP comes to another node, or leaves all of them, only for a cause within <see cref="Memory"/> before: something done to a host of the group that VRRP or an
/// agent may act on (<see cref="ClusterFaultSet.Movers"/>), a recorded assignment, or an order to yield, fence or drain that an agent obeyed. Arbiters, brokers and Redis that die, stall, lose their
/// data or come back are no cause, and neither is an agent that is killed or started, a full disk, a gateway or backends that nobody recorded a move for. The first
/// <see cref="Memory"/> of the world are the first elections.
/// </summary>
internal sealed class CauseJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<GroupName, SortedSet<NodeId>> _holders = [];
    private readonly SortedDictionary<GroupName, TimeSpan> _causes = [];

    public override void Recorded(TimeSpan now, long generation, Assignment assignment) => _causes[assignment.Group] = now;

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (ReferenceEquals(before.Groups, after.Groups)) return;
        foreach (var (name, group) in after.Groups)
            if (group.Order is { Role: OrderedRole.Yield or OrderedRole.Fence or OrderedRole.Drain } order && before.Groups.TryGetValue(name, out var was) && !ReferenceEquals(order, was.Order))
                _causes[name] = now;
    }

    public override void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders)
    {
        var was = _holders.GetValueOrDefault(group) ?? [];
        _holders[group] = [.. holders];
        if (now < Memory || _causes.TryGetValue(group, out var cause) && now - cause <= Memory) return;
        foreach (var node in settings.Members[group])
            if (troubles.On(node, ClusterFaultSet.Movers, now - Memory)) return;
        if (troubles.Any(ClusterFaultSet.Of(ClusterFault.VrrpSplit), now - Memory)) return;
        var other = string.Join(", ", troubles.Active.Where(f => f.Node is null || settings.Members[group].Contains(f.Node.Value)).Select(f => f.Node is { } n ? $"{f.Fault} of {n}" : $"{f.Fault}"));
        throw Broken("V4", $"{group} went from [{string.Join(", ", was)}] to [{string.Join(", ", holders.Order())}], and nobody ordered it and nothing was done to its hosts for {Memory.TotalSeconds:0} s{(other.Length > 0 ? $" ({other})" : "")}");
    }
}
