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
        if (group.Options.DownFile is not null) return ByDownFile(group, turn);
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

    /// <summary>
    /// A vrrp_script needs its interval times fall or rise until its weight counts. What it makes of the base is known only where its weight
    /// stands in agent.yaml; without it a priority that does not follow the file is said once and refuses nothing.
    /// </summary>
    private static GroupState ByDownFile(GroupState group, Turn turn)
    {
        if (group.DownFile is not { } present || group.Options.NotifyFifo is null || group.PrioritySaidAt is null || group.Role is not (VrrpRole.Master or VrrpRole.Backup)) return group;
        var settled = turn.Now - group.WrittenAt > s_scriptPatience && turn.Now - group.RoleSince > s_scriptPatience;
        var says = group.EffectivePriority;
        var expected = Priorities.ByDownFile(group.Options, present);
        var good = expected is { } number ? says == number : says < group.Options.Base;
        if (good) return group.ActuatorFault?.StartsWith(Disobeyed, StringComparison.Ordinal) == true || group.PriorityDoubted
            ? group with { ActuatorFault = null, PriorityDoubted = false } : group;
        if (!settled || group.PriorityDoubted || group.ActuatorFault is not null) return group;
        var text = $"{Disobeyed} {says}, base {group.Options.Base} and the down file that is {(present ? "there" : "not there")} make {expected?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "less"}";
        turn.Urgent = true;
        turn.Say(group.Options.DownWeight is null ? Severity.Warning : Severity.Error, "ActuatorFailed", $"{group.Name}: {text}");
        return group.Options.DownWeight is null ? group with { PriorityDoubted = true } : group with { ActuatorFault = text };
    }

    private const string Disobeyed = "ActuatorFailed: keepalived says priority";
    private static readonly TimeSpan s_scriptPatience = TimeSpan.FromSeconds(30);
}
