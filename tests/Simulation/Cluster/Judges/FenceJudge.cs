using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// V9 and S5. (a) A fence, other than for isolation, is over by the agent's own clock at its deadline (2 s, or 4 adverts and a second) after it began, or as long
/// after the last obeyed order that said <c>otherMaster: true</c> as that order is valid, plus <see cref="Tick"/>. (b) Without <c>otherMaster: true</c> an order fences at most once per epoch and process.
/// (c) While a node of a group lives, the fence files of all its members are not 1 together for longer than the deadline and <see cref="Tick"/>; excused
/// while one of them is fenced for isolation, stands still, cannot write, runs at another rate or has no agent, and for the 12 s of a renewal that was ordered before the last one was fenced.
/// </summary>
internal sealed class FenceJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    /// <summary>The agent looks at its deadlines every 50 ms, and may be late.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly ClusterFaultSet s_cannot = ClusterFaultSet.Of(ClusterFault.HostPaused, ClusterFault.SteeringUnwritable, ClusterFault.HostClock, ClusterFault.AgentKilled, ClusterFault.DiskFull);

    private readonly Dictionary<(NodeId, GroupName), OneFence> _fences = [];
    private readonly Dictionary<(NodeId, GroupName), int> _files = [];
    private readonly SortedDictionary<GroupName, TimeSpan> _allSince = [];
    private readonly HashSet<(string, GroupName, FencingToken)> _ordered = [];

    public override void AgentEnded(TimeSpan now, NodeId node)
    {
        foreach (var group in settings.Members.Keys) _fences.Remove((node, group));
    }

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        foreach (var (name, group) in after.Groups)
        {
            var key = (node, name);
            if (group.Fence is not { } fence)
            {
                if (_fences.Count > 0) _fences.Remove(key);
                continue;
            }
            var was = before.Groups.GetValueOrDefault(name);
            var renewed = input is AgentInput.Ordered && group.Order is { OtherMaster: true } && !ReferenceEquals(group.Order, was?.Order);
            if (!_fences.TryGetValue(key, out var known) || was?.Fence is null || was.Fence.Kind == FenceKind.Isolation)
            {
                known = new OneFence(input.At, TimeSpan.MinValue);
                if (fence.Kind == FenceKind.Ordered && was?.Fence is null) Once(after.Process, node, group);
            }
            if (renewed) known = known with { RenewedUntil = input.At + group.Order!.ValidFor };
            _fences[key] = known;
            if (fence.Kind == FenceKind.Isolation) continue;
            var plain = known.Since + settings.FenceDeadline;
            var until = known.RenewedUntil > plain ? known.RenewedUntil : plain;
            // 2 s without a tick are a standstill: the first step after it ends the fence
            if (input is AgentInput.Tick && input.At > until + Tick && input.At - before.LastTick < TimeSpan.FromSeconds(1))
                throw Broken("V9", $"{node} {name}: fenced ({fence.Kind}) for {(input.At - known.Since).TotalSeconds:0.000} s, it had to end {(input.At - until).TotalSeconds:0.000} s ago");
        }
    }

    public override void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent)
    {
        if (file != SteeringFile.Fence) return;
        _files[(node, group)] = value;
        if (settings.Members[group].All(n => _files.GetValueOrDefault((n, group)) != 0)) _allSince.TryAdd(group, now);
        else _allSince.Remove(group);
    }

    public override void Passed(TimeSpan now)
    {
        foreach (var group in _allSince.Keys.ToArray())
        {
            var since = _allSince[group];
            if (Excused(group, now, since)) _allSince[group] = now;
            else if (now - since > settings.FenceDeadline + Tick)
                throw Broken("V9", $"{group}: all nodes are fenced together for {(now - since).TotalSeconds:0.000} s");
        }
    }

    private bool Excused(GroupName group, TimeSpan now, TimeSpan since)
    {
        foreach (var node in settings.Members[group])
        {
            if (troubles.On(node, s_cannot | ClusterFaultSet.Of(ClusterFault.Isolated, ClusterFault.BrokerCut), since - TimeSpan.FromSeconds(1))) return true;
            if (_fences.TryGetValue((node, group), out var fence) && fence.RenewedUntil != TimeSpan.MinValue) return now - since <= TimeSpan.FromSeconds(12);
        }
        return false;
    }

    private void Once(string process, NodeId node, GroupState group)
    {
        if (group.Order is not { Role: OrderedRole.Fence or OrderedRole.Drain } order) return;
        if (!_ordered.Add((process, group.Name, order.Token)) && !order.OtherMaster)
            throw Broken("V9", $"{node} {group.Name}: fenced a second time by epoch {order.Token}, and no other MASTER was seen");
    }

    private readonly record struct OneFence(TimeSpan Since, TimeSpan RenewedUntil);
}
