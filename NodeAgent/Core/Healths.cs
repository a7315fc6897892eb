using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>A group's health: hard beats soft, and one unknown hard check makes it unknown (neither bad nor good enough to be raised).</summary>
internal static class Healths
{
    public static GroupState Fold(GroupState group, ImmutableSortedDictionary<string, ProbeTally> probes, Turn turn)
    {
        var (health, reason) = Judge(group, probes);
        if (health == group.Health) return group with { HealthReason = reason };
        turn.Urgent = true;
        var healthy = health is Health.Good or Health.SoftBad;
        return group with { Health = health, HealthReason = reason, HealthySince = healthy ? group.HealthySince ?? turn.Now : null };
    }

    private static (Health, string) Judge(GroupState group, ImmutableSortedDictionary<string, ProbeTally> probes)
    {
        ProbeTally? soft = null, unknown = null;
        foreach (var name in group.Options.Probes)
        {
            if (!probes.TryGetValue(name, out var probe)) continue;
            if (probe.Options.Class == ProbeClass.Hard)
            {
                if (probe.State == ProbeState.Down) return (Health.HardBad, $"{name}: {probe.Reason}");
                if (probe.State == ProbeState.Unknown) unknown ??= probe;
            }
            else if (probe.State == ProbeState.Down) soft ??= probe;
        }
        if (unknown is not null) return (Health.Unknown, $"{unknown.Options.Name}: {unknown.Reason}");
        return soft is null ? (Health.Good, "all checks are good") : (Health.SoftBad, $"{soft.Options.Name}: {soft.Reason}");
    }
}
