using System.Collections.Immutable;

namespace Arbiter.Core;

/// <summary>
/// Hold-down after a move: 60 s, doubled by each further move inside 10 min, at most 15 min. Fails by staying on a bad node
/// for that long; <c>brakes: off</c> lifts it. It lives in this process: a new leader starts without one, behind its startup grace.
/// </summary>
internal static class Brakes
{
    public static ImmutableArray<TimeSpan> Add(ImmutableArray<TimeSpan> moves, TimeSpan now) => Inside(moves, now).Add(now);

    public static ImmutableArray<TimeSpan> Inside(ImmutableArray<TimeSpan> moves, TimeSpan now) =>
        moves.IsEmpty || now - moves[0] <= Horizon ? moves : [.. moves.Where(m => now - m <= Horizon)];

    /// <summary>0: free. 1: the first hold-down, which a hard failure passes. 2 and more: nothing passes.</summary>
    public static int Level(GroupState state, TimeSpan now)
    {
        if (!state.Rules.Policy.Brakes || state.Moves.IsEmpty) return 0;
        var chain = Chain(state.Moves);
        return now - state.Moves[^1] < Length(chain) ? chain : 0;
    }

    public static TimeSpan Left(GroupState state, TimeSpan now) =>
        Level(state, now) == 0 ? TimeSpan.Zero : Length(Chain(state.Moves)) - (now - state.Moves[^1]);

    /// <summary>How many moves stand inside one window before the newest, the newest included.</summary>
    private static int Chain(ImmutableArray<TimeSpan> moves) => moves.Count(m => moves[^1] - m <= GroupRules.HoldDownWindow);

    private static TimeSpan Length(int chain)
    {
        var length = GroupRules.HoldDown * (1 << Math.Min(chain - 1, 8));
        return length < GroupRules.HoldDownMost ? length : GroupRules.HoldDownMost;
    }

    private static readonly TimeSpan Horizon = GroupRules.HoldDownWindow + GroupRules.HoldDownMost;
}
