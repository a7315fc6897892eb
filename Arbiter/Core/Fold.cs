using System.Collections.Immutable;
using Contracts.Messages;

namespace Arbiter.Core;

/// <summary>Takes an input into the state. Decides nothing.</summary>
internal static class Fold
{
    public static GroupState Apply(GroupState state, Input input, ImmutableArray<Effect>.Builder said) => input switch
    {
        Input.NodeReported i => state.Find(i.Event.Node) is { } m ? state.With(m.Hear(i.Event, state.Rules.Group, i.At)) : state,
        Input.RoleReported i => state.Find(i.Role.Node) is { } m && i.Role.Group == state.Rules.Group ? state.With(m.Observe(i.Role, i.At)) : state,
        // the next health event says what stands; a refusal is worth a line
        Input.OrderAnswered i => Answered(state, i, said),
        Input.PresenceLost i => state.Find(i.Node) is { } m ? state.With(m.Lose(i.Process, i.At)) : state,
        // with the broker away, or just back, that a connection closed is no news
        Input.BusChanged i => state with { BusConnected = i.Connected, BusReason = i.Reason, Members = [.. state.Members.Select(m => m with { LostAt = null })] },
        Input.LeadershipGained i => Adopt(state, i.Generation, i.Assignment) with
        {
            Leading = true,
            Generation = i.Generation,
            Term = i.Term,
            GainedAt = i.At,
            GraceOver = false,
            InFlight = null,
            Move = null,
            Announced = null,
            QuietUntil = TimeSpan.Zero,
        },
        Input.LeadershipLost => state with { Leading = false, GraceOver = false, InFlight = null, Move = null, Announced = null },
        Input.MoveAsked i => state with { Asked = i.Request },
        Input.WasAway i => state with { TiltUntil = i.At + GroupRules.TiltCalm },
        Input.RegisterObserved i => Observed(state, i),
        Input.ProposalSettled i => Settled(state, i, said),
        _ => state,
    };

    private static GroupState Answered(GroupState state, Input.OrderAnswered i, ImmutableArray<Effect>.Builder said)
    {
        if (state.Find(i.Result.Node) is not { } m || m.Event?.Process != i.Result.Process) return state;
        var refusal = i.Result.Outcome is OrderOutcome.Refused or OrderOutcome.Stale
            ? $"{i.Result.Node} answered {i.Result.Outcome.ToString().ToLowerInvariant()} to {i.Result.Role.ToString().ToLowerInvariant()} of epoch {i.Result.Epoch}: {i.Result.Reason}"
            : null;
        if (refusal == m.Refusal) return state;
        if (refusal is not null) said.Add(new Effect.Say(Weight.Warning, "OrderRefused", refusal));
        return state.With(m with { Refusal = refusal });
    }

    /// <summary>What the register says stands, unless it is older than what is known of the same generation.</summary>
    private static GroupState Adopt(GroupState state, long generation, Assignment? recorded)
    {
        if (generation < state.Generation) return state;
        if (generation == state.Generation && state.Assignment is { } known && (recorded is null || recorded.Epoch < known.Epoch)) return state;
        return state with { Generation = generation, Assignment = recorded };
    }

    private static GroupState Observed(GroupState state, Input.RegisterObserved i)
    {
        var next = Adopt(state, i.Generation, i.Assignment);
        if (!next.Leading) return next with { Term = i.Generation >= state.Generation ? i.Term : state.Term };
        if (next.InFlight is not { Unknown: true } wish) return next;
        return next.Assignment is { } a && a.Epoch > wish.Proposal.ExpectedEpoch && a.Holder == wish.Proposal.Holder
            ? Stood(next, state.Assignment, a, wish, i.At)
            : next with { InFlight = null };
    }

    private static GroupState Settled(GroupState state, Input.ProposalSettled i, ImmutableArray<Effect>.Builder said)
    {
        // an answer to a wish of an earlier leadership, or to one given up: what stands is still worth knowing
        if (state.InFlight is not { } wish || wish.Proposal != i.Proposal)
            return i.Outcome == ProposalOutcome.Unknown || i.Current is null ? state : Adopt(state, state.Generation, i.Current);
        var answered = state with { InFlight = null };
        switch (i.Outcome)
        {
            case ProposalOutcome.Committed when i.Current is { } current:
                return Stood(Adopt(answered, state.Generation, current), state.Assignment, current, wish, i.At);
            case ProposalOutcome.Refused:
                said.Add(new Effect.Say(Weight.Warning, "RegisterRefused", $"the register refused {i.Proposal.Holder} for {state.Rules.Group}: {i.Reason}"));
                return (i.Current is { } standing ? Adopt(answered, state.Generation, standing) : answered) with { QuietUntil = i.At + GroupRules.RefusedPause };
            default:
                said.Add(new Effect.Say(Weight.Warning, "RegisterUnknown", $"whether {i.Proposal.Holder} is recorded for {state.Rules.Group} is unknown: {i.Reason}"));
                return state with { InFlight = wish with { Unknown = true, At = i.At } };
        }
    }

    /// <summary>The wish is recorded: only now does a move begin.</summary>
    private static GroupState Stood(GroupState state, Assignment? before, Assignment now, InFlight wish, TimeSpan at) => state with
    {
        InFlight = null,
        Announced = null,
        Moves = before is null || before.Holder == now.Holder ? state.Moves
            : IsTakenBack(state.Move, now) ? state.Moves.RemoveAt(state.Moves.Length - 1)
            : Brakes.Add(state.Moves, at),
        Move = wish.Move != MoveKind.None && before is not null
            ? new OpenMove(before.Holder, now.Holder, now.Epoch, at, null) { Kind = wish.Move, Asked = wish.Asked }
            : null,
    };

    /// <summary>A planned move that did not happen is no move for the brakes either.</summary>
    private static bool IsTakenBack(OpenMove? move, Assignment now) => move is { Kind: MoveKind.Yield, MasterAt: null } && move.From == now.Holder;
}
