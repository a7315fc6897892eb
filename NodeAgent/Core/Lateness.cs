using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>
/// The agent judges itself first. A loop that was late explains missed deadlines, so those samples are unknown and repeated. A loop that
/// was away for more than 2 s (a paused machine, overload) is tilted: every order it holds is void and for 10 s it acts on local health only,
/// because what it believed belongs to another time (Redis Sentinel's TILT).
/// </summary>
internal static class Lateness
{
    public static AgentState Fold(AgentState state, TimeSpan now)
    {
        var late = now - state.LastTick - AgentCore.TickInterval;
        state = state with { LastTick = now };
        if (!state.Started || late <= TimeSpan.Zero) return state;
        state = state with { WorstDelay = late > state.WorstDelay ? late : state.WorstDelay };
        if (late >= AgentCore.TickInterval / 2) state = state with { LateAt = now, LateBy = late };
        if (late <= state.Options.Timings.TiltGap) return state;
        return state with
        {
            TiltUntil = now + state.Options.Timings.TiltCalm,
            Nonces = NonceLedger.Empty,
            Changed = true,
            Groups = state.Groups.ToImmutableSortedDictionary(
                g => g.Key, g => g.Value with { Order = g.Value.Order is { } order ? order with { Void = true } : null }),
        };
    }

    /// <summary>A sample that ran into its deadline while the loop was late by more than half of it says nothing about the target.</summary>
    public static bool Excuses(AgentState state, ProbeOptions probe, Input.ProbeSampled sample) =>
        Excuses(state, sample.Result, probe.Deadline, sample.TakenAt, sample.Took, sample.At);

    public static bool Excuses(AgentState state, SampleResult result, TimeSpan deadline, TimeSpan takenAt, TimeSpan took, TimeSpan at) =>
        result == SampleResult.Bad && took >= deadline && state.LateBy > deadline / 2
        && state.LateAt >= takenAt && state.LateAt - state.LateBy <= at;
}
