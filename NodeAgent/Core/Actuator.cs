using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Whether keepalived does what the files say. It announces its effective priority; a second after the last write that must be base + file,
/// otherwise the base in agent.yaml is wrong, or keepalived does not track the file. Only while MASTER or BACKUP: in FAULT it says nothing.
/// </summary>
internal static class Actuator
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static GroupState Check(GroupState group, Turn turn)
    {
        if (group.RetryWriteAt > turn.Now) return group;
        var expected = Priorities.Effective(group.Options, group.PriorityFile ?? 0);
        var settled = group.Role is VrrpRole.Master or VrrpRole.Backup && group.PrioritySaidAt is not null
            && turn.Now - group.WrittenAt > s_patience && turn.Now - group.RoleSince > s_patience;
        if (!settled) return group.ActuatorFault is null || group.EffectivePriority != expected ? group : group with { ActuatorFault = null };
        var fault = group.EffectivePriority == expected ? null
            : $"ActuatorFailed: keepalived says priority {group.EffectivePriority}, base {group.Options.Base} and file {group.PriorityFile ?? 0} make {expected}";
        if (fault == group.ActuatorFault) return group;
        turn.Urgent = true;
        if (fault is not null) turn.Say(Severity.Error, "ActuatorFailed", $"{group.Name}: {fault}");
        return group with { ActuatorFault = fault };
    }
}
