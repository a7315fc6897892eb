using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Takes an order that passed <see cref="OrderGate"/> into a group: it becomes the standing order, and what it says about fences takes
/// effect at once. Roles that raise are carried out by <see cref="Steering"/>, when keepalived's role and the disk allow them.
/// </summary>
internal static class Orders
{
    public static GroupState Take(GroupState group, Order order, GroupOrder wanted, TimeSpan nonceAt, Turn turn)
    {
        var standing = new StandingOrder
        {
            Generation = order.Generation,
            Term = order.Term,
            Epoch = wanted.Epoch,
            Role = wanted.Role,
            Standby = wanted.Standby,
            OtherMaster = wanted.OtherMaster,
            Policy = wanted.Policy,
            NonceAt = nonceAt,
            ValidFor = TimeSpan.FromMilliseconds(order.ValidMs),
            TakenAt = turn.Now,
        };
        if (group.Order is not { } old || old.Token != standing.Token || old.Role != standing.Role)
            turn.Say(Severity.Information, "Order", $"{group.Name}: {Word(wanted.Role)} by epoch {standing.Token}, term {order.Term}");
        else standing = standing with { TakenAt = old.TakenAt };
        if (group.Options.DownFile is not null) return DownFileSteering.Take(group with { Order = standing, Applied = standing.Token }, standing, turn);
        // an order that finds the node fenced ends the fence at most; a yield on top of it would act on a MASTER of the past
        var yieldSpent = group.Fence is not null && standing.Role == OrderedRole.Yield ? standing.Token : group.YieldSpent;
        group = group with { Order = standing, Applied = standing.Token, YieldSpent = yieldSpent };
        group = RenewFence(group, standing, turn);
        return standing.Role switch
        {
            OrderedRole.Fence => OrderedFence(group, standing, turn),
            OrderedRole.Drain => group.Role == VrrpRole.Master || group.Fence is not null ? OrderedFence(group, standing, turn) : group,
            OrderedRole.Yield => Yield(group, standing, turn),
            _ => group,
        };
    }

    /// <summary>Whether a fence ordered now would strand the VIP: only with an armed standby, or when another MASTER was seen.</summary>
    public static bool MayFence(StandingOrder order, Turn turn) =>
        order.OtherMaster || order.HasStandby(turn.Now, turn.Self, turn.Timings.Readiness);

    /// <summary>Another MASTER seen: the fence may last for the order's validity more. Not seen any more: back to its plain deadline.</summary>
    private static GroupState RenewFence(GroupState group, StandingOrder order, Turn turn)
    {
        if (group.Fence is not { Kind: not FenceKind.Isolation } fence) return group;
        if (fence.Kind == FenceKind.Ordered && order.Role is not (OrderedRole.Fence or OrderedRole.Drain))
            return Steering.EndFence(group, turn, $"ordered {Word(order.Role)}");
        var until = order.OtherMaster ? turn.Now + order.ValidFor : fence.Since + Priorities.FenceDeadline(group.Options);
        return group with { Fence = fence with { Until = until } };
    }

    private static GroupState OrderedFence(GroupState group, StandingOrder order, Turn turn)
    {
        if (group.Fence is { } standing)
        {
            // a fence that stands is this order's from now on, and its end is this order's end; an isolated node that hears an order is not isolated
            if (standing.Kind != FenceKind.Isolation) return group with { Fence = standing with { Kind = FenceKind.Ordered }, FenceSpent = order.Token };
            if (!MayFence(order, turn)) return group;
            var until = turn.Now + (order.OtherMaster ? order.ValidFor : Priorities.FenceDeadline(group.Options));
            return group with { Fence = new Fence(FenceKind.Ordered, turn.Now, until), FenceSpent = order.Token };
        }
        if (!MayFence(order, turn) || (group.FenceSpent == order.Token && !order.OtherMaster && !turn.Deviations.FenceAgain)) return group;
        group = Steering.BeginFence(group, FenceKind.Ordered, turn, $"ordered {Word(order.Role)} by epoch {order.Token}") with { FenceSpent = order.Token };
        // as long as the same order's refresh would make it: an order that is applied twice changes nothing
        return order.OtherMaster ? group with { Fence = group.Fence! with { Until = turn.Now + order.ValidFor } } : group;
    }

    private static GroupState Yield(GroupState group, StandingOrder order, Turn turn)
    {
        if (!group.Holding || group.Health == Health.HardBad || group.YieldSpent == order.Token || !order.HasStandby(turn.Now, turn.Self, turn.Timings.Readiness))
            return group;
        return group with
        {
            Steered = SteeredRole.Yield,
            YieldUntil = turn.Now + Priorities.YieldDeadline(group.Options),
            YieldSpent = order.Token,
        };
    }

    public static string Word(OrderedRole role) => role.ToString().ToLowerInvariant();
}
