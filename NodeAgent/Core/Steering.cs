using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// The steering cycle of docs/steering.md, level-triggered: run after every input, it compares what a group should be with what it is and
/// with what stands in its files. Nothing here ever makes a node MASTER; a move takes the present MASTER down, and the node that was
/// armed beforehand is elected by VRRP within its skew time.
/// <code>
///            order holder, and keepalived is MASTER
///   untold ----------------------------------------> holder ---- order yield ----> yield
///     |  ^                                             |  (back by itself when nobody took over)
///     |  '------ left MASTER, fence, agent start ------'
///     |------ order standby, BACKUP and healthy ---> standby
///     '------ hard failure without standing order --> sick ---- healthy again ---> untold (holder, if MASTER)
/// </code>
/// </summary>
internal static class Steering
{
    public static GroupState Reconcile(GroupState group, bool isolated, Turn turn)
    {
        if (group.Options.DownFile is not null) return DownFileSteering.Reconcile(group, isolated, turn);
        group = Isolation(group, isolated, turn);
        group = FenceLife(group, turn);
        group = HardFailure(group, turn);
        group = Recovered(group, turn);
        group = ControlPlane(group, turn);
        group = YieldLife(group, turn);
        group = Raise(group, turn);
        return Files(group, turn);
    }

    /// <summary>
    /// Fence first, then the own priority back to base: whoever unfences this node later cannot take the VIP back with it.
    /// A node that is fenced ignores adverts, so changing its priority delays nobody.
    /// </summary>
    public static GroupState BeginFence(GroupState group, FenceKind kind, Turn turn, string why)
    {
        turn.Urgent = true;
        turn.Say(Severity.Warning, "Fence", $"{group.Name}: fenced ({kind.ToString().ToLowerInvariant()}): {why}");
        return group with
        {
            Fence = new Fence(kind, turn.Now, turn.Now + Priorities.FenceDeadline(group.Options)),
            Steered = turn.Deviations.PriorityKeptInFence || group.Steered == SteeredRole.Sick && kind != FenceKind.Own ? group.Steered : SteeredRole.Untold,
            YieldUntil = null,
            FencedAt = turn.Now,
        };
    }

    public static GroupState EndFence(GroupState group, Turn turn, string why)
    {
        turn.Urgent = true;
        turn.Say(Severity.Information, "Unfence", $"{group.Name}: fence ends: {why}");
        return group with { Fence = null, Steered = group.Health == Health.HardBad ? SteeredRole.Sick : SteeredRole.Untold };
    }

    public static GroupState TakeIsolation(GroupState group, bool isolated, Turn turn)
    {
        if (isolated == group.Isolated) return group;
        turn.Say(Severity.Warning, isolated ? "Isolated" : "NotIsolated",
            $"{group.Name}: {(isolated ? "broker and every isolation address are silent" : "an isolation address or the broker answers again")}");
        return group with { Isolated = isolated };
    }

    private static GroupState Isolation(GroupState group, bool isolated, Turn turn)
    {
        group = TakeIsolation(group, isolated, turn);
        var fences = isolated && group.Policy.OnIsolation == Contracts.Vocabulary.Isolation.Fence;
        if (fences && group.Fence is not { Kind: FenceKind.Isolation }) return BeginFence(group, FenceKind.Isolation, turn, "this node is isolated");
        return !fences && group.Fence is { Kind: FenceKind.Isolation } && !turn.Deviations.IsolationKept ? EndFence(group, turn, "no longer isolated") : group;
    }

    private static GroupState FenceLife(GroupState group, Turn turn) => group.Fence switch
    {
        { Kind: FenceKind.Own } when group.HealthySince is not null => EndFence(group, turn, "healthy again"),
        { Kind: not FenceKind.Isolation } fence when turn.Now >= fence.Until && !turn.Deviations.FenceWithoutDeadline =>
            EndFence(group, turn, $"its deadline of {(fence.Until - fence.Since).TotalSeconds:0.#} s has passed"),
        _ => group,
    };

    private static GroupState HardFailure(GroupState group, Turn turn)
    {
        if (turn.Deviations.SickIgnored) return group;
        var drained = group.Order is { Role: OrderedRole.Drain } && group.Role != VrrpRole.Master;
        if (group.Fence is not null || group.Steered == SteeredRole.Sick || (group.Health != Health.HardBad && !drained)) return group;
        if (group.Policy.OnControlPlaneLoss == ControlPlaneLoss.Hold && group.Order?.IsValid(turn.Now) != true) return group;

        var obstacle = group.Holding ? WhyNotFence(group, turn) : null;
        if (group.Holding && obstacle is null)
            return BeginFence(group, FenceKind.Own, turn, group.HealthReason) with { OwnFences = group.OwnFences.Add(turn.Now) };
        turn.Urgent = true;
        turn.Say(Severity.Warning, "Sick", $"{group.Name}: sick: {(drained ? "drained" : group.HealthReason)}" +
            (group.Holding ? $"; not fenced: {obstacle}" : ""));
        return group with { Steered = SteeredRole.Sick, YieldUntil = null };
    }

    /// <summary>A fence may only be taken while somebody else is known to stand ready; otherwise VRRP decides, and the best of the sick keeps the VIP.</summary>
    private static string? WhyNotFence(GroupState group, Turn turn)
    {
        if (group.Order is not { } order || !order.IsValid(turn.Now)) return "no valid order stands";
        if (order.Role is not (OrderedRole.Holder or OrderedRole.Yield)) return $"ordered {Orders.Word(order.Role)}, not holder";
        if (turn.Tilted) return "the agent was away and is calming down";
        if (!order.HasStandby(turn.Now, turn.Self, turn.Timings.Readiness)) return "no standby is known to be ready";
        var recent = group.OwnFences.Count(at => turn.Now - at < turn.Timings.OwnFenceWindow);
        return group.Policy.Brakes && recent >= turn.Timings.OwnFences
            ? $"{recent} own fences in the last {turn.Timings.OwnFenceWindow.TotalMinutes:0} min" : null;
    }

    private static GroupState Recovered(GroupState group, Turn turn)
    {
        if (group.Steered != SteeredRole.Sick || group.HealthySince is null || group.Order is { Role: OrderedRole.Drain }) return group;
        turn.Urgent = true;
        turn.Say(Severity.Information, "Recovered", $"{group.Name}: no longer sick: {group.HealthReason}");
        return group with { Steered = SteeredRole.Untold };
    }

    /// <summary>Only <c>release</c> does anything when the control plane is gone: the other policies keep the role last ordered.</summary>
    public static GroupState ControlPlane(GroupState group, Turn turn)
    {
        if (group.Policy.OnControlPlaneLoss != ControlPlaneLoss.Release && !turn.Deviations.ReleasedAlone || group.Order is not { } order || order.IsValid(turn.Now)) return group;
        return group.Steered is SteeredRole.Untold or SteeredRole.Sick ? group : group with { Steered = SteeredRole.Untold, YieldUntil = null };
    }

    public static GroupState YieldLife(GroupState group, Turn turn)
    {
        if (group.Steered != SteeredRole.Yield || !group.Holding || turn.Now < group.YieldUntil) return group;
        turn.Urgent = true;
        turn.Say(Severity.Warning, "YieldExpired", $"{group.Name}: nobody took over: holder again");
        return group with { Steered = SteeredRole.Holder, YieldUntil = null };
    }

    /// <summary>
    /// The roles that raise wait: holder until the own keepalived is MASTER (a BACKUP's priority that changes during a move restarts its
    /// election timer, 3 s of outage), standby until it is BACKUP and healthy; both until the disk has the order. Untold never lowers a MASTER.
    /// </summary>
    private static GroupState Raise(GroupState group, Turn turn)
    {
        if (group.Order is not { Void: false } order || group.Fence is not null || group.Steered == SteeredRole.Sick || turn.Tilted) return group;
        if ((group.Policy.OnControlPlaneLoss == ControlPlaneLoss.Release || turn.Deviations.ReleasedAlone) && !order.IsValid(turn.Now)) return group;
        var wanted = order.Role switch
        {
            OrderedRole.Holder when (group.Holding || turn.Deviations.HolderWhileBackup) && !AwaitsFault(group, turn) && group.HealthySince is not null && IsSaved(group) => SteeredRole.Holder,
            OrderedRole.Standby when group.Role == VrrpRole.Backup && group.HealthySince is not null && order.IsValid(turn.Now) && IsSaved(group) => SteeredRole.Standby,
            OrderedRole.Untold when group.Role != VrrpRole.Master => SteeredRole.Untold,
            _ => group.Steered,
        };
        if (wanted == group.Steered) return group;
        turn.Urgent = true;
        return group with { Steered = wanted, YieldUntil = null };
    }

    /// <summary>
    /// A fence that ended within a moment of its start: keepalived's FAULT is still on its way, and 254 written now would take the VIP back.
    /// A second later keepalived has either spoken or never saw the fence.
    /// </summary>
    private static bool AwaitsFault(GroupState group, Turn turn) =>
        !turn.Deviations.FaultNotAwaited && group.FencedAt is { } fenced && group.RoleSince <= fenced && turn.Now - fenced <= TimeSpan.FromSeconds(1);

    public static bool IsSaved(GroupState group) => group is { Order: { } order, Saved: { } saved }
        && saved.Generation == order.Generation && saved.Epoch == order.Epoch && saved.Role == order.Role;

    /// <summary>An unchanged value is never written. Fence on: fence file first; fence off: priority file first.</summary>
    private static GroupState Files(GroupState group, Turn turn)
    {
        if (turn.Now < group.RetryWriteAt) return group;
        var (fence, priority) = (group.Fence is null ? 0 : 1, Priorities.FileValue(group.Options, group.Steered));
        if (fence == 1) group = WriteFence(group, fence, turn);
        if (group.PriorityFile != priority)
        {
            turn.Urgent = true;
            turn.Effects.Add(new Effect.Write(group.Name, SteeringFile.Priority, priority));
            group = group with { PriorityFile = priority, WrittenAt = turn.Now };
        }
        return WriteFence(group, fence, turn);
    }

    private static GroupState WriteFence(GroupState group, int fence, Turn turn)
    {
        if (group.FenceFile == fence) return group;
        turn.Urgent = true;
        turn.Effects.Add(new Effect.Write(group.Name, SteeringFile.Fence, fence));
        return group with { FenceFile = fence, WrittenAt = turn.Now };
    }
}
