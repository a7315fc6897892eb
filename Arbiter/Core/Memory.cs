using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>Brings what the state remembers over time up to the present moment.</summary>
internal static class Memory
{
    public static GroupState Refresh(GroupState state, TimeSpan now)
    {
        var next = state with { Moves = Brakes.Inside(state.Moves, now), External = Correlation.Update(state, now) };
        next = Sole(next, now);
        next = Grace(next, now);
        next = OpenMove(next, now);
        if (next.InFlight is { Unknown: true } wish && now - wish.At >= GroupRules.UnknownWait) next = next with { InFlight = null };
        return next with { Standby = StandbyChoice.Update(next, now) };
    }

    private static GroupState Sole(GroupState state, TimeSpan now)
    {
        var masters = state.Members.Where(m => m.IsMaster(now)).Take(2).ToArray();
        NodeId? sole = masters.Length == 1 ? masters[0].Node : null;
        return sole == state.SoleMaster ? state : state with { SoleMaster = sole, SoleSince = now };
    }

    private static GroupState Grace(GroupState state, TimeSpan now)
    {
        if (!state.Leading || state.GraceOver) return state;
        var reported = state.Members.Count(m => m.Fresh(now));
        return now - state.GainedAt >= GroupRules.StartupGrace && reported > state.Members.Length / 2 ? state with { GraceOver = true } : state;
    }

    private static GroupState OpenMove(GroupState state, TimeSpan now)
    {
        if (state.Move is not { } move) return state;
        if (state.Assignment?.Epoch != move.Epoch) return state with { Move = null };
        if (move.MasterAt is { } since) return now - since >= GroupRules.FenceTail ? state with { Move = null } : state;
        if (state.Find(move.To)?.IsMaster(now) == true) return state with { Move = move with { MasterAt = now } };
        var deadline = move.Kind == MoveKind.Yield ? state.Rules.PlannedDeadline + GroupRules.Elected : GroupRules.MoveDeadline;
        if (now - move.At >= deadline) return state with { Move = null };
        return !move.Yielded && state.Find(move.From)?.Reading is { Steered: SteeredRole.Yield } r && r.Epoch == move.Epoch
            ? state with { Move = move with { Yielded = true } } : state;
    }
}
