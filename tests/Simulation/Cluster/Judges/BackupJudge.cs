using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// V8, in two parts. (a) 254 goes into a priority file only on a MASTER: the agent has keepalived's word and the address, no fence, and no fence of its own behind
/// which keepalived has not spoken yet. It leaves with the word: after no step is a node steered holder that keepalived does not call MASTER (S4). And in truth, keepalived of that node is MASTER or was within <see cref="Fifo"/>, unless the host stood still or keepalived was killed. (b) Between a fence of the MASTER and
/// the next MASTER of the group no BACKUP becomes or stops being standby because of an order that left a leader who could know: it had taken in that the MASTER is fenced, and how the BACKUP was
/// steered; or the fence was <see cref="Hears"/> old. Excused while (or 15 s after) something kept it from hearing: the broker, a link, a replica, a standing host. Sick, leaving MASTER, and an agent's start and end are no orders.
/// </summary>
internal sealed class BackupJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Fifo = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Hears = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_deaf = TimeSpan.FromSeconds(15);
    private static readonly ClusterFaultSet s_late = ClusterFaultSet.Of(ClusterFault.HostPaused, ClusterFault.KeepalivedKilled, ClusterFault.HostClock);

    private readonly Dictionary<(NodeId, GroupName), (NotifyState State, TimeSpan LeftMaster)> _roles = [];
    private readonly SortedDictionary<GroupName, (NodeId Node, TimeSpan At)> _underWay = [];
    private readonly Dictionary<(NodeId, GroupName), AgentGroupOptions> _options = [];
    private readonly Dictionary<(NodeId, GroupName), TimeSpan> _orderLeft = [];
    private readonly Dictionary<(NodeId, long, long, long), TimeSpan> _sent = [];
    /// <summary>What each replica last heard of each node.</summary>
    private readonly Dictionary<(string, NodeId, GroupName), (TimeSpan At, bool Fenced, SteeredRole Steered)> _heard = [];
    /// <summary>How the receiver of an order was steered, as its sender knew, who also knew of the fence.</summary>
    private readonly Dictionary<(NodeId, GroupName, long, long, long), SteeredRole> _knowing = [];
    private readonly Dictionary<(NodeId, GroupName), SteeredRole?> _orderKnew = [];

    public override void Heard(TimeSpan now, string replica, NodeId node, GroupName group, bool fenced, SteeredRole steered) => _heard[(replica, node, group)] = (now, fenced, steered);

    public override void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive)
    {
        _sent[(order.Node, order.Generation, order.Term, order.Seq)] = now;
        foreach (var wanted in order.Groups)
        {
            if (!_underWay.TryGetValue(wanted.Group, out var move) || !_heard.TryGetValue((replica, move.Node, wanted.Group), out var said) || !said.Fenced || said.At < move.At) continue;
            if (_heard.TryGetValue((replica, order.Node, wanted.Group), out var mine)) _knowing[(order.Node, wanted.Group, order.Generation, order.Term, order.Seq)] = mine.Steered;
        }
    }

    public override void RoleChanged(TimeSpan now, NodeId node, GroupName group, NotifyState state)
    {
        if (state is not (NotifyState.Master or NotifyState.Backup or NotifyState.Fault or NotifyState.Stop)) return;
        var left = _roles.TryGetValue((node, group), out var was) && was.State == NotifyState.Master && state != NotifyState.Master;
        _roles[(node, group)] = (state, left ? now : _roles.TryGetValue((node, group), out was) ? was.LeftMaster : TimeSpan.MinValue);
        if (state == NotifyState.Master) _underWay.Remove(group);
    }

    public override void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent)
    {
        var role = _roles.TryGetValue((node, group), out var known) ? known : (State: NotifyState.Backup, LeftMaster: TimeSpan.MinValue);
        // where another one is MASTER already, nobody waits for one
        if (file == SteeringFile.Fence && value != 0 && role.State == NotifyState.Master && !settings.Members[group].Any(n => n != node && _roles.GetValueOrDefault((n, group)).State == NotifyState.Master))
            _underWay[group] = (node, now);
        if (file != SteeringFile.Priority || !byAgent || !_options.TryGetValue((node, group), out var options)) return;
        if (JudgeSettings.Effective(options, value) != Priorities.Holder || role.State == NotifyState.Master) return;
        if (role.LeftMaster != TimeSpan.MinValue && now - role.LeftMaster <= Fifo || troubles.On(node, s_late, now - TimeSpan.FromSeconds(1))) return;
        throw Broken("V8", $"{node} {group}: 254 was written on a node whose keepalived is {role.State}");
    }

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (ReferenceEquals(before.Groups, after.Groups)) return;
        var ordered = input as AgentInput.Ordered;
        foreach (var (name, group) in after.Groups)
        {
            if (!before.Groups.TryGetValue(name, out var was) || ReferenceEquals(group, was)) continue;
            if (input is AgentInput.Started)
            {
                _options[(node, name)] = group.Options;
                continue;
            }
            if (ordered?.Order is { } order && !ReferenceEquals(group.Order, was.Order) && _sent.TryGetValue((node, order.Generation, order.Term, order.Seq), out var left))
            {
                _orderLeft[(node, name)] = left;
                _orderKnew[(node, name)] = _knowing.TryGetValue((node, name, order.Generation, order.Term, order.Seq), out var steered) ? steered : null;
            }
            if (group.Steered == SteeredRole.Holder && group.Role != VrrpRole.Master) throw Broken("V8", $"{node} {name}: steered holder while keepalived is {group.Role}");
            if (group.Steered == was.Steered) continue;
            if (group.Steered == SteeredRole.Holder) OnlyMaster(input.At, node, group);
            if (was.Role == VrrpRole.Backup && group.Role == VrrpRole.Backup) OnlyBefore(now, node, was, group);
        }
    }

    private static void OnlyMaster(TimeSpan local, NodeId node, GroupState group)
    {
        var past = group.FencedAt is { } fenced && group.RoleSince <= fenced && local - fenced <= TimeSpan.FromSeconds(1);
        if (group is { Role: VrrpRole.Master, VipPresent: true, Fence: null } && !past) return;
        throw Broken("V8", $"{node} {group.Name}: made holder while {group.Role}{(group.VipPresent ? "" : " without the VIP")}{(group.Fence is null ? past ? ", just fenced" : "" : ", fenced")}");
    }

    private void OnlyBefore(TimeSpan now, NodeId node, GroupState was, GroupState group)
    {
        var byOrder = group.Steered == SteeredRole.Standby || was.Steered == SteeredRole.Standby && group.Steered == SteeredRole.Untold && group.Fence is null;
        if (!byOrder || !_underWay.TryGetValue(group.Name, out var move) || move.Node == node) return;
        if (!_orderLeft.TryGetValue((node, group.Name), out var left) || left < move.At || troubles.Any(ClusterFaultSet.Unheard, now - s_deaf)) return;
        if (left - move.At <= Hears && _orderKnew[(node, group.Name)] != was.Steered) return;
        throw Broken("V8", $"{node} {group.Name}: {was.Steered} -> {group.Steered} by an order that left {(left - move.At).TotalMilliseconds:0} ms after {move.Node} was fenced, before anybody was MASTER (advert {settings.Advert.TotalMilliseconds:0} ms)");
    }
}
