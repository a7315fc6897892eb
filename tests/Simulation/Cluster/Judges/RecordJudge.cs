using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;
using GroupState = NodeAgent.Core.GroupState;

namespace Simulation.Cluster;

/// <summary>
/// O2. An order speaks only of what a majority had recorded before: its (generation, epoch) is an assignment of that group; <c>holder</c> goes to the
/// recorded holder and to nobody else; <c>yield</c>, <c>fence</c> and <c>drain</c> to the one it took over from; <c>standby</c> and <c>untold</c> to the others.
/// Judged when it leaves a replica, and again for what an agent obeys. What a node does alone only lowers: 254, 253 and 252 are steered only
/// under a standing order of that very role (252 may go back to 254). At its start an agent keeps what it finds, and adds nothing.
/// </summary>
internal sealed class RecordJudge(SentOrders sent) : Judge
{
    private readonly Dictionary<(GroupName, long, long), Assignment> _recorded = [];

    public override void Recorded(TimeSpan now, long generation, Assignment assignment)
    {
        var key = (assignment.Group, generation, assignment.Epoch);
        if (_recorded.TryGetValue(key, out var other) && other.Holder != assignment.Holder)
            throw Broken("O2", $"{assignment.Group}: epoch {generation}/{assignment.Epoch} was recorded for {other.Holder} and for {assignment.Holder}");
        _recorded[key] = assignment;
    }

    /// <summary>L2 of the whole system: an order leaves only under a lease that runs, guard taken off.</summary>
    public override void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive)
    {
        if (mayLive < TimeSpan.Zero) throw Broken("L2", $"{replica} orders {order.Node} in term {order.Generation}/{order.Term}, {-mayLive.TotalMilliseconds:0.0} ms after it had to be silent");
        sent.Add(now, order);
        foreach (var wanted in order.Groups)
            if (WhyNot(order.Node, wanted.Group, order.Generation, wanted.Epoch, wanted.Role) is { } why)
                throw Broken("O2", $"{replica} orders {order.Node} {wanted.Group} to be {wanted.Role}: {why}");
    }

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (ReferenceEquals(before.Groups, after.Groups)) return;
        foreach (var (name, group) in after.Groups)
        {
            if (!before.Groups.TryGetValue(name, out var was) || ReferenceEquals(group, was)) continue;
            if (group.Order is { } order && !ReferenceEquals(order, was.Order) && (was.Order is not { } old || old.Token != order.Token || old.Role != order.Role)
                && WhyNot(node, name, order.Generation, order.Epoch, order.Role) is { } why)
                throw Broken("O2", $"{node} {name} obeys {order.Role}: {why}");
            if (input is not AgentInput.Started) Alone(node, name, was, group);
            else if (group.Steered is not (SteeredRole.Untold or SteeredRole.Sick) && Priorities.FileValue(group.Options, group.Steered) != was.PriorityFile
                && Priorities.FileValue(group.Options, group.Steered) != group.PriorityFile)
                throw Broken("O2", $"{node} {name}: a starting agent makes itself {group.Steered}");
        }
    }

    private static void Alone(NodeId node, GroupName name, GroupState was, GroupState group)
    {
        if (group.Steered == was.Steered) return;
        var role = group.Order is { Void: false } order ? order.Role : (OrderedRole?)null;
        var may = group.Steered switch
        {
            SteeredRole.Holder => role == OrderedRole.Holder || was.Steered == SteeredRole.Yield,
            SteeredRole.Standby => role == OrderedRole.Standby,
            SteeredRole.Yield => role == OrderedRole.Yield,
            _ => true,
        };
        if (!may) throw Broken("O2", $"{node} {name}: {was.Steered} -> {group.Steered} under {(role is { } r ? $"the order {r}" : "no order")}");
    }

    private string? WhyNot(NodeId node, GroupName group, long generation, long epoch, OrderedRole role)
    {
        if (!_recorded.TryGetValue((group, generation, epoch), out var recorded)) return $"no majority recorded epoch {generation}/{epoch}";
        var may = role switch
        {
            OrderedRole.Holder => node == recorded.Holder,
            OrderedRole.Yield or OrderedRole.Fence or OrderedRole.Drain => node == recorded.Previous && node != recorded.Holder,
            _ => node != recorded.Holder,
        };
        return may ? null : $"epoch {generation}/{epoch} gives it from {(recorded.Previous is { } p ? p.Value : "nobody")} to {recorded.Holder}";
    }
}
