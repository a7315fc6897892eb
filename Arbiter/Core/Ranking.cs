using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Rank of a node, compared from left to right: usable, no hard failure, fewer failed soft checks, preference, name.
/// A standing holder is only left for a node that fails at least one soft check less.
/// </summary>
internal static class Ranking
{
    /// <summary>Soft checks that count against the holder: down and not failing everywhere.</summary>
    public static ImmutableArray<ProbeReading> FailedOfHolder(MemberView holder, GroupState state) =>
        Soft(holder, state, p => p.State == ProbeState.Down);

    /// <summary>Soft checks that count against anybody else: a first miss is enough, and so is never having been good.</summary>
    public static ImmutableArray<ProbeReading> FailedOfCandidate(MemberView candidate, GroupState state) =>
        Soft(candidate, state, p => p.State != ProbeState.Up || p.Misses > 0);

    /// <summary>Members from best to worst as a standby.</summary>
    public static IEnumerable<MemberView> BestFirst(GroupState state, TimeSpan now) =>
        state.Members
            .OrderBy(m => m.Health(now) switch { Health.Good => 0, Health.SoftBad => 1, Health.Unknown => 2, _ => 3 })
            .ThenBy(m => FailedOfCandidate(m, state).Length)
            .ThenByDescending(m => m.Member.Preference)
            .ThenBy(m => m.Node);

    /// <summary>
    /// The first check on which the candidate is better than the holder only by being late to notice; null when it is proven better:
    /// its last two samples good, and both taken after the holder's first miss.
    /// </summary>
    public static string? Unproven(MemberView holder, MemberView candidate, GroupState state)
    {
        foreach (var failed in FailedOfHolder(holder, state))
        {
            var mine = candidate.Event!.Probes.FirstOrDefault(p => p.Name == failed.Name);
            if (mine is null) return $"{candidate.Node} does not run {failed.Name}";
            // equally bad there: the check speaks for neither
            if (mine.State != ProbeState.Up || mine.Misses > 0) continue;
            var firstMiss = holder.HeardAt - TimeSpan.FromMilliseconds(failed.FirstMissMs);
            var before = candidate.HeardAt - TimeSpan.FromMilliseconds(mine.PreviousSampleMs);
            if (mine.Goods < 2 || mine.SampleMs < 0 || mine.PreviousSampleMs < 0 || before <= firstMiss)
                return $"{candidate.Node} has not sampled {failed.Name} twice since {holder.Node} first missed it";
        }
        return null;
    }

    private static ImmutableArray<ProbeReading> Soft(MemberView m, GroupState state, Func<ProbeReading, bool> fails) =>
        m.Event is null ? []
        : [.. m.Event.Probes.Where(p => p.Class == ProbeClass.Soft && !state.External.ContainsKey(p.Name) && fails(p))];
}
