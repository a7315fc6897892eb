using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Soft checks that fail on every node that runs them: an external incident, taken out of the ranking while it lasts, so that nobody moves.
/// It fails by waiting: a check that comes back on one node only counts again after a tail of 5 s.
/// </summary>
internal static class Correlation
{
    public static ImmutableSortedDictionary<string, Incident> Update(GroupState state, TimeSpan now)
    {
        if (state.External.IsEmpty && !AnyDown(state, now)) return state.External;
        var checks = state.Members.Where(m => m.Fresh(now))
            .SelectMany(m => m.Event!.Probes.Where(p => p.Class == ProbeClass.Soft))
            .GroupBy(p => p.Name, StringComparer.Ordinal);
        var external = state.External;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var check in checks)
        {
            seen.Add(check.Key);
            var all = check.ToArray();
            var failing = all.Count(Fails);
            var everywhere = all.Length > 1 && failing == all.Length && all.Any(p => p.State == ProbeState.Down);
            var known = external.GetValueOrDefault(check.Key);
            external = (known, everywhere) switch
            {
                (null, true) => external.SetItem(check.Key, new Incident(check.Key, all[0].Kind, now, null)),
                ({ RecoveringAt: not null }, true) => external.SetItem(check.Key, known with { RecoveringAt = null }),
                (null, false) or (_, true) => external,
                _ when failing == 0 => external.Remove(check.Key),
                // one silent node leaves a single voice: no proof that the check is good anywhere
                _ when failing == all.Length => external,
                ({ RecoveringAt: null }, false) => external.SetItem(check.Key, known with { RecoveringAt = now }),
                _ => now - known.RecoveringAt >= GroupRules.IncidentTail ? external.Remove(check.Key) : external,
            };
        }
        // nobody fresh runs it: nothing can be said, and nothing can be moved by it either
        return external.RemoveRange(external.Keys.Where(k => !seen.Contains(k)).ToArray());
    }

    /// <summary>Without one, nothing can begin to fail everywhere. Asked with each tick.</summary>
    private static bool AnyDown(GroupState state, TimeSpan now)
    {
        foreach (var m in state.Members)
        {
            if (!m.Fresh(now)) continue;
            foreach (var p in m.Event!.Probes)
                if (p is { Class: ProbeClass.Soft, State: ProbeState.Down }) return true;
        }
        return false;
    }

    /// <summary>Down, or with misses on the way there.</summary>
    public static bool Fails(ProbeReading p) => p.State == ProbeState.Down || p.Misses > 0;
}
