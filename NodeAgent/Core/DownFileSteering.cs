using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Steering by the classic down file, which a vrrp_script with a negative weight looks at: the file means "not wanted". It is there when the
/// node is sick, isolated, drained or told to hand over, and whenever it left MASTER; only the order holder or standby takes it away. So the
/// higher base does not take the VIP back by itself. Nothing is fenced: the weight leaves every node electable, and no file has a deadline.
/// Fails by speed (interval x fall + 3 adverts + skew), and by keeping a file on the node with the lower base while no leader speaks.
/// </summary>
internal static class DownFileSteering
{
    public static GroupState Reconcile(GroupState group, bool isolated, Turn turn)
    {
        group = Observation.FromInterface(group, turn);
        group = Steering.TakeIsolation(group, isolated, turn);
        group = HardFailure(group, turn);
        group = Recovered(group, turn);
        group = Steering.ControlPlane(group, turn);
        if (group.YieldUntil <= turn.Now && group.Holding) group = Steering.YieldLife(group, turn);
        group = Obey(group, turn);
        return File(group, turn);
    }

    /// <summary>What is said about handing over takes effect at once; holder and standby wait for keepalived, health and disk.</summary>
    public static GroupState Take(GroupState group, StandingOrder order, Turn turn)
    {
        if (group.Steered == SteeredRole.Sick) return group;
        switch (order.Role)
        {
            case OrderedRole.Fence or OrderedRole.Drain when group.Role != VrrpRole.Master || Orders.MayFence(order, turn):
                if (group.Steered == SteeredRole.Yield && group.YieldUntil is null) return group;
                turn.Urgent = true;
                turn.Say(Severity.Warning, "Unwanted", $"{group.Name}: not wanted: ordered {Orders.Word(order.Role)} by epoch {order.Token}");
                return group with { Steered = SteeredRole.Yield, YieldUntil = null };
            case OrderedRole.Yield when group.Holding && group.Health != Health.HardBad && group.YieldSpent != order.Token
                                        && order.HasStandby(turn.Now, turn.Self, turn.Timings.Readiness):
                turn.Urgent = true;
                return group with { Steered = SteeredRole.Yield, YieldUntil = turn.Now + Priorities.YieldDeadline(group.Options), YieldSpent = order.Token };
            default:
                return group;
        }
    }

    /// <summary>
    /// At the start the file stays as it is, except where the node is known to have left MASTER while nobody looked, or may have lost its file
    /// with a reboot: a file on a BACKUP moves nothing, a missing one may take the VIP back.
    /// </summary>
    public static (GroupState Group, bool WasGood) Start(GroupState group, GroupAtStart found, string bootId)
    {
        var master = found is { VipPresent: true, KeepalivedAlive: true };
        var (before, rebooted) = (found.Obeyed?.Role, found.Obeyed is { } obeyed && obeyed.BootId != bootId);
        var lost = !master && (before == OrderedRole.Holder || (rebooted && before != OrderedRole.Standby));
        var wasGood = found.DownFile == false && !rebooted && before is OrderedRole.Holder or OrderedRole.Standby;
        return (group with
        {
            DownFile = found.DownFile,
            DownWanted = lost ? true : found.DownFile,
            Steered = SteeredRole.Untold,
            EffectivePriority = found.DownFile is { } present ? Priorities.ByDownFile(group.Options, present) ?? 0 : 0,
        }, wasGood);
    }

    /// <summary>A reading taken before the last write says nothing.</summary>
    public static GroupState Read(GroupState group, bool present, Turn turn)
    {
        if (group.Options.DownFile is null || turn.Now - group.WrittenAt < TimeSpan.FromSeconds(1)) return group;
        if (group.DownFile is { } known && known != present)
            turn.Say(Severity.Warning, "FileChanged", $"{group.Name}: somebody else {(present ? "made" : "removed")} the down file");
        var works = group.ActuatorFault?.StartsWith("ActuatorFailed: down file", StringComparison.Ordinal) == true && present == (group.DownWanted ?? present);
        return group with { DownFile = present, ActuatorFault = works ? null : group.ActuatorFault };
    }

    private static bool Unwanted(GroupState group) => group.Isolated && group.Policy.OnIsolation == Isolation.Fence;

    private static GroupState HardFailure(GroupState group, Turn turn)
    {
        if (group.Steered == SteeredRole.Sick || group.Health != Health.HardBad) return group;
        if (group.Policy.OnControlPlaneLoss == ControlPlaneLoss.Hold && group.Order?.IsValid(turn.Now) != true) return group;
        turn.Urgent = true;
        turn.Say(Severity.Warning, "Sick", $"{group.Name}: sick: {group.HealthReason}");
        var had = group.DownFile != false || group.DownWanted == true || group.Role == VrrpRole.Master;
        return group with { Steered = SteeredRole.Sick, YieldUntil = null, DownForHealth = !had };
    }

    private static GroupState Recovered(GroupState group, Turn turn)
    {
        if (group.Steered != SteeredRole.Sick || group.HealthySince is null) return group;
        turn.Urgent = true;
        turn.Say(Severity.Information, "Recovered", $"{group.Name}: no longer sick: {group.HealthReason}");
        return group with
        {
            // what it was taken down for is not over
            Steered = group.Order is { Role: OrderedRole.Fence or OrderedRole.Drain } ? SteeredRole.Yield : SteeredRole.Untold,
            DownWanted = !group.DownForHealth,
            DownForHealth = false,
        };
    }

    private static GroupState Obey(GroupState group, Turn turn)
    {
        if (group.Order is not { Void: false } order || group.Steered == SteeredRole.Sick || turn.Tilted || Unwanted(group)) return group;
        if (group.Policy.OnControlPlaneLoss == ControlPlaneLoss.Release && !order.IsValid(turn.Now)) return group;
        var mayRise = group.HealthySince is not null && Steering.IsSaved(group);
        var wanted = order.Role switch
        {
            OrderedRole.Holder when group.Holding && mayRise => SteeredRole.Holder,
            OrderedRole.Standby when group.Role == VrrpRole.Backup && mayRise && order.IsValid(turn.Now) => SteeredRole.Standby,
            OrderedRole.Untold when group.Role != VrrpRole.Master => SteeredRole.Untold,
            _ => group.Steered,
        };
        if (mayRise && group.DownWanted != false && MustRise(group, order, turn))
        {
            turn.Urgent = true;
            turn.Say(Severity.Warning, "Raised", $"{group.Name}: recorded as holder and not elected in time: the down file goes");
            return group with { Steered = SteeredRole.Untold, DownWanted = false, YieldUntil = null, Raised = true };
        }
        group = Lowered(group, order);
        if (wanted == group.Steered) return group;
        turn.Urgent = true;
        return group with { Steered = wanted, YieldUntil = null };
    }

    /// <summary>
    /// The old holder's file should have moved the VIP by now: it has no script that looks at it (the classic set-up has one on the MASTER
    /// only), so this node's own must go. Not at once: a BACKUP whose priority changes during a move waits for its three adverts anew.
    /// And never for a node that was MASTER under this very order: what took the VIP from it speaks against it.
    /// </summary>
    private static bool MustRise(GroupState group, StandingOrder order, Turn turn) =>
        order.Role == OrderedRole.Holder && group.Role == VrrpRole.Backup && group.RoleSince <= order.TakenAt && order.IsValid(turn.Now)
        && turn.Now - order.TakenAt >= Priorities.DownFileMove(group.Options);

    /// <summary>The order that this node raised itself for is gone and it was not elected: its file is due again, or it would take the VIP later.</summary>
    private static GroupState Lowered(GroupState group, StandingOrder order) => group switch
    {
        { Raised: false } => group,
        { Role: VrrpRole.Master } => group with { Raised = false },
        _ => order.Role == OrderedRole.Untold ? group with { Raised = false, DownWanted = true } : group,
    };

    private static GroupState File(GroupState group, Turn turn)
    {
        var wanted = Unwanted(group) ? true : group.Steered switch
        {
            SteeredRole.Sick or SteeredRole.Yield => true,
            SteeredRole.Holder or SteeredRole.Standby => false,
            _ => group.DownWanted,
        };
        group = group with { DownWanted = wanted };
        if (wanted is not { } present || group.DownFile == present || turn.Now < group.RetryWriteAt) return group;
        turn.Urgent = true;
        turn.Effects.Add(new Effect.Write(group.Name, SteeringFile.Down, present ? 1 : 0));
        return group with { DownFile = present, WrittenAt = turn.Now };
    }
}
