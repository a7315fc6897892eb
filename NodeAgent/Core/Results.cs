using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>What became of the standing order, said once per change: only this tells the leader that an order took effect.</summary>
internal static class Results
{
    public static AgentState Report(AgentState state, Turn turn)
    {
        foreach (var (name, group) in state.Groups)
        {
            if (group.Order is not { Void: false } order) continue;
            var (outcome, reason) = Outcome(group, turn);
            // with each input: nothing is made as long as all is said
            if (group.Reported is { } said && said.Generation == order.Generation && said.Term == order.Term && said.Epoch == order.Epoch && said.Role == order.Role
                && said.Outcome == outcome && said.Reason == reason && said.Process == turn.Process) continue;
            var result = new OrderResult
            {
                V = IMessage.CurrentVersion,
                Cluster = turn.Cluster,
                Node = turn.Self,
                Process = turn.Process,
                Group = name,
                Generation = order.Generation,
                Term = order.Term,
                Epoch = order.Epoch,
                Role = order.Role,
                Outcome = outcome,
                Reason = reason,
            };
            turn.Effects.Add(new Effect.PublishResult(result));
            // an unhealthy node has already said so itself
            if (outcome == OrderOutcome.Refused && group.Health != Health.HardBad)
                turn.Say(Severity.Warning, "OrderRefused", $"{name}: {Orders.Word(order.Role)} refused: {reason}");
            state = state with { Groups = state.Groups.SetItem(name, group with { Reported = result }) };
        }
        return state;
    }

    public static OrderResult Of(AgentState state, Order order, GroupOrder wanted, OrderOutcome outcome, string reason) => new()
    {
        V = IMessage.CurrentVersion,
        Cluster = state.Options.Cluster,
        Node = state.Options.Node,
        Process = state.Process,
        Group = wanted.Group,
        Generation = order.Generation,
        Term = order.Term,
        Epoch = wanted.Epoch,
        Role = wanted.Role,
        Outcome = outcome,
        Reason = reason,
    };

    private static (OrderOutcome, string) Outcome(GroupState group, Turn turn)
    {
        if (group.ActuatorFault is { } fault) return (OrderOutcome.Refused, Cut(fault));
        var role = group.Order!.Role;
        if (role is OrderedRole.Holder or OrderedRole.Standby or OrderedRole.Yield)
        {
            var wanted = role switch { OrderedRole.Holder => SteeredRole.Holder, OrderedRole.Standby => SteeredRole.Standby, _ => SteeredRole.Yield };
            if (group.Steered == wanted) return (OrderOutcome.Applied, "");
            if (group.Health == Health.HardBad) return (OrderOutcome.Refused, Cut($"unhealthy: {group.HealthReason}"));
            if (group.PersistFault is { } disk) return (OrderOutcome.Refused, Cut(disk));
            if (role == OrderedRole.Holder) return (OrderOutcome.Pending, "waits for MASTER");
            if (role == OrderedRole.Yield)
                return group.Role == VrrpRole.Master ? (OrderOutcome.Refused, "no standby is known to be ready, or nobody took over") : (OrderOutcome.Applied, "left MASTER");
            return group.Role == VrrpRole.Backup && group.Fence is null && group.HealthySince is not null
                ? (OrderOutcome.Pending, "waits for the disk")
                : (OrderOutcome.Refused, $"keepalived is {group.Role}, health {group.Health}{(group.Fence is null ? "" : ", fenced")}");
        }
        if (role == OrderedRole.Untold)
            return group.Role == VrrpRole.Master ? (OrderOutcome.Refused, "this node is MASTER: its priority is kept") : (OrderOutcome.Applied, "");
        if (group.Options.DownFile is not null && group.Steered is SteeredRole.Yield or SteeredRole.Sick) return (OrderOutcome.Applied, "");
        return group.Fence is not null || (role == OrderedRole.Drain && group.Steered == SteeredRole.Sick)
            ? (OrderOutcome.Applied, "")
            : (OrderOutcome.Refused, Orders.MayFence(group.Order, turn) ? "the fence has run out" : "no standby is ready and no other MASTER was seen");
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200];
}
