using System.Collections.Immutable;

namespace Arbiter.Core;

/// <summary>
/// What of a group's state is not in the outbox yet. A level, not a memory: as long as it is not recorded it comes out again, whichever
/// replica leads, so a lost message, a lost change and a change of leader lose nothing that the agents still tell (the transitions of the last ten minutes, up to 64).
/// </summary>
internal static class Recording
{
    /// <summary>A diagnosis that is gone sooner is not worth an alert: every move passes through some. Those about the holder have a grace of their own.</summary>
    private static TimeSpan Settle(Finding finding) => finding switch
    {
        { Name: "NoHolder" or "DualMaster" } => TimeSpan.Zero,
        { Weight: Weight.Error } => TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromSeconds(3),
    };

    public static ImmutableArray<OutboxWish> Wishes(GroupState state, Outbox box, TimeSpan now, DateTimeOffset utc)
    {
        if (!state.Leading) return [];
        var wishes = ImmutableArray.CreateBuilder<OutboxWish>();
        var unseen = Unseen(state, box, now, utc);
        if (!unseen.IsEmpty) wishes.Add(new OutboxWish.Transitions(state.Rules.Group, unseen));
        // a leader that has not heard everybody yet would clear what is only not known to it
        if (state.GraceOver && Active(state, box, now) is { } active) wishes.Add(new OutboxWish.Diagnoses(state.Rules.Group, active));
        return wishes.ToImmutable();
    }

    private static ImmutableArray<ObservedTransition> Unseen(GroupState state, Outbox box, TimeSpan now, DateTimeOffset utc)
    {
        ImmutableArray<ObservedTransition>.Builder? unseen = null;
        foreach (var m in state.Members)
        {
            // of two agents under one name neither is believed
            if (m.Reading is not { Transitions.Count: > 0 } reading || m.Duplicate(now)) continue;
            var seen = box.SeenOf(state.Rules.Group.Value, m.Node.Value);
            foreach (var t in reading.Transitions)
            {
                if (seen is not null && seen.Boot == SeenRole.Short(t.BootId) && t.Counter <= seen.Counter) continue;
                var age = now - m.HeardAt + TimeSpan.FromMilliseconds(t.AgeMs);
                (unseen ??= ImmutableArray.CreateBuilder<ObservedTransition>()).Add(new ObservedTransition(m.Node, t.BootId, t.Counter, t.Role, utc - age));
            }
        }
        return unseen?.ToImmutable() ?? [];
    }

    /// <summary>Null: what stands is what is open.</summary>
    private static ImmutableArray<OpenDiagnosis>? Active(GroupState state, Outbox box, TimeSpan now)
    {
        var open = box.Open.GetValueOrDefault(state.Rules.Group.Value, []);
        ImmutableArray<OpenDiagnosis> active = [.. state.Findings
            .Where(f => f.Key[0] != Diagnoses.Noted && (now - f.Value.Since >= Settle(f.Value) || open.Any(o => o.Key == f.Key)))
            .Select(f => new OpenDiagnosis(f.Key, Severity(f.Value.Weight), f.Value.Text))];
        return active.Length == open.Length && active.All(a => open.Any(o => o.Key == a.Key)) ? null : active;
    }

    private static string Severity(Weight weight) => weight switch
    {
        Weight.Error => Severities.Critical,
        Weight.Warning => Severities.Warning,
        _ => Severities.Info,
    };
}
