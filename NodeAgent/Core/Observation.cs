using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// What keepalived and the interface say, folded into the observed role. keepalived's own word is the role; the address on the interface
/// is the proof. Leaving MASTER for any reason but an order makes the node untold at once: a priority that outlives the mastership takes
/// the VIP back later (docs/steering.md).
/// </summary>
internal static class Observation
{
    private const int TransitionsKept = 64;
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    public static GroupState Said(GroupState group, NotifyState state, int priority, Turn turn)
    {
        var role = state switch
        {
            NotifyState.Master => VrrpRole.Master,
            NotifyState.Backup => VrrpRole.Backup,
            NotifyState.Fault => VrrpRole.Fault,
            NotifyState.Stop or NotifyState.Deleted => VrrpRole.Stop,
            // during a reload keepalived says BACKUP_PRIORITY although it is MASTER: a priority line is no word on the role
            NotifyState.BackupPriority when group.Role == VrrpRole.Unknown => VrrpRole.Backup,
            NotifyState.MasterPriority when group.Role == VrrpRole.Unknown => VrrpRole.Master,
            _ => group.Role,
        };
        if (state == NotifyState.MasterRxLowerPri)
            turn.Say(Severity.Warning, "PeerSpeaks", $"{group.Name}: this node is MASTER and hears a lower one: perhaps two hold the VIP");
        else if (state is not (NotifyState.Stop or NotifyState.Deleted))
            group = group with { EffectivePriority = priority, PrioritySaidAt = turn.Now };
        // keepalived that speaks is alive, whatever its pid file said last
        return TakeRole(role == VrrpRole.Stop ? group : group with { KeepalivedAlive = true }, role, turn);
    }

    public static GroupState Alive(GroupState group, bool alive, Turn turn)
    {
        if (alive == group.KeepalivedAlive) return group;
        turn.Urgent = true;
        turn.Say(alive ? Severity.Information : Severity.Error, alive ? "KeepalivedUp" : "KeepalivedDown",
            $"{group.Name}: keepalived {(alive ? "runs" : group.VipPresent ? "is gone and its VIP is still on the interface" : "is gone")}");
        group = group with { KeepalivedAlive = alive, AliveSince = turn.Now };
        return alive ? group : TakeRole(group, VrrpRole.Stop, turn);
    }

    public static GroupState Vip(GroupState group, bool present, Turn turn)
    {
        if (present == group.VipPresent) return group;
        turn.Urgent = true;
        return group with { VipPresent = present, VipSince = turn.Now };
    }

    /// <summary>
    /// The role of a keepalived that tells nobody: MASTER is the address on the interface, BACKUP is alive without it, FAULT cannot be told from
    /// BACKUP. An address that is older than keepalived is a left-over, which a starting keepalived takes away at once.
    /// </summary>
    public static GroupState FromInterface(GroupState group, Turn turn)
    {
        if (group.Options.NotifyFifo is not null) return group;
        var leftOver = group.VipSince < group.AliveSince && turn.Now - group.AliveSince < s_settling;
        var role = !group.KeepalivedAlive ? VrrpRole.Stop : group.VipPresent && !leftOver ? VrrpRole.Master : VrrpRole.Backup;
        return TakeRole(group, role, turn);
    }

    private static GroupState TakeRole(GroupState group, VrrpRole role, Turn turn)
    {
        if (role == group.Role) return group;
        turn.Urgent = true;
        var counter = group.Counter + 1;
        var transition = new Transition(counter, role, turn.Now);
        turn.Say(Severity.Information, "Role", $"{group.Name}: {group.Role} -> {role}{(Priorities.Told(group) is > 0 and var priority ? $" at priority {priority}" : "")}");
        turn.Effects.Add(new Effect.PublishRole(new RoleObserved
        {
            V = IMessage.CurrentVersion,
            Cluster = turn.Cluster,
            Node = turn.Self,
            Process = turn.Process,
            BootId = turn.BootId,
            Counter = counter,
            Group = group.Name,
            Role = role,
            VipPresent = group.VipPresent,
            AgeMs = 0,
        }));
        var left = group.Role == VrrpRole.Master || role == VrrpRole.Stop;
        // a yield that did its work stays until the leader names another role, unless keepalived itself is gone; sick stays while the node is
        var untold = !turn.Deviations.PriorityKept && (group.Steered is SteeredRole.Holder or SteeredRole.Standby || (group.Steered == SteeredRole.Yield && role == VrrpRole.Stop));
        // whatever took it: with the file absent the higher base would take the VIP back by itself
        if (group.Options.DownFile is not null && group.Role == VrrpRole.Master) group = group with { DownWanted = true };
        if (group.Role == VrrpRole.Master || role == VrrpRole.Master) group = group with { DownForHealth = false };
        var transitions = group.Transitions.Length < TransitionsKept ? group.Transitions : group.Transitions.RemoveAt(0);
        return group with
        {
            Role = role,
            RoleSince = turn.Now,
            Counter = counter,
            Transitions = transitions.Add(transition),
            Steered = left && untold ? SteeredRole.Untold : group.Steered,
            YieldUntil = left ? null : group.YieldUntil,
        };
    }
}
