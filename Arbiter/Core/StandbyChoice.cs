using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Which one node is armed. Changed only while the holder is fresh, MASTER and not hard bad, never within 5 s of a fence or a change
/// of role, and a new one only after no other node is seen armed. Whatever is in doubt stays as it is.
/// </summary>
internal static class StandbyChoice
{
    public static NodeId? Update(GroupState state, TimeSpan now)
    {
        if (state.Assignment is null) return null;
        var facts = new Facts(state, now);
        var current = Loose(facts) && !facts.Settled ? null : Kept(facts) ?? Found(facts);
        if (!MayChange(facts)) return current?.Node;

        if (current is null) return ToArm(facts)?.Node;
        // soft bad: armed as it is until somebody better could be; disarmed first, armed next
        return current.Fresh(now) && current.Health(now) != Health.Good && Best(facts) is { } better && better.Node != current.Node
            ? null
            : current.Node;
    }

    /// <summary>A rule that is off in the simulator.</summary>
    private static bool Loose(Facts f) => f.State.Rules.Deviations.StandbyInMoves;

    private static bool MayChange(Facts f) =>
        f.State.Leading && (Loose(f) || (!f.Tilted && f.HolderSteady && f.State.Move is null && f.State.InFlight is null
        && f.State.Members.All(m => m.DisturbedAt is not { } at || f.Now - at >= GroupRules.Calm)));

    /// <summary>The present one, unless it became the holder or freshly says that it cannot be one. What is not armed yet must be good for it.</summary>
    private static MemberView? Kept(Facts f)
    {
        if (f.Standby is not { } s || s.Node == f.State.Assignment!.Holder) return null;
        if (f.SteeredOtherwise(s)) return null;
        if (!s.Fresh(f.Now)) return s;
        return s.Reading is { Role: VrrpRole.Backup, Fenced: false, Health: Health.Good }
            || s.Reading is { Role: VrrpRole.Backup, Fenced: false, Health: not Health.HardBad } r && (r.Steered == SteeredRole.Standby || f.KeepsFile(s)) ? s : null;
    }

    /// <summary>One that is armed already, by an earlier leader: taken as it is, nothing is written for it.</summary>
    private static MemberView? Found(Facts f) =>
        Ranking.BestFirst(f.State, f.Now).FirstOrDefault(m =>
            m.Node != f.State.Assignment!.Holder && m.Fresh(f.Now) && m.Reading!.Steered == SteeredRole.Standby && f.NotUsable(m) is null);

    private static MemberView? ToArm(Facts f) =>
        f.State.Members.Any(m => m.Node != f.State.Assignment!.Holder && m.Reading?.Steered == SteeredRole.Standby) ? null : Best(f);

    /// <summary>The best node that was healthy long enough.</summary>
    private static MemberView? Best(Facts f) =>
        Ranking.BestFirst(f.State, f.Now).FirstOrDefault(m =>
            m.Node != f.State.Assignment!.Holder && f.NotUsable(m) is null && TimeSpan.FromMilliseconds(m.Reading!.HealthyMs) >= f.State.Rules.Rearm);
}
