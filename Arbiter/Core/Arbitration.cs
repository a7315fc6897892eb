using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// The whole of what a group decides: one input in, the next state, the decision with its reasons and the effects out.
/// No clock, no I/O; the same inputs give the same answers on every replica.
/// </summary>
internal static class Arbitration
{
    public static Step Advance(GroupState state, Input input)
    {
        var now = input.At;
        var said = ImmutableArray.CreateBuilder<Effect>();
        var next = Memory.Refresh(Fold.Apply(state, input, said), now);

        var facts = new Facts(next, now);
        var verdict = DecisionTable.Decide(facts);
        next = next with { Decision = verdict.Decision };
        if (verdict.Proposal is { } wish)
        {
            next = next with { InFlight = new InFlight(wish, verdict.Move, now, Unknown: false) { Asked = verdict.Move == MoveKind.Yield ? next.Asked : null } };
            said.Add(new Effect.Propose(wish));
        }
        next = AnswerMoves(state, next, facts, input, said);

        var wanted = Wanted.Orders(facts);
        var effective = next.Leading && next.Rules.Mode == GroupMode.Act ? wanted : ImmutableSortedDictionary<NodeId, GroupOrder>.Empty;
        HandOut(next, effective, said);
        next = Announce(next with { Wanted = wanted, Ordered = effective }, now);
        next = AskForReports(next, facts, said);

        var findings = Diagnoses.Find(new Facts(next, now));
        Diagnoses.Say(state.Findings, findings, said);
        next = next with { Findings = findings };
        return new Step(next, verdict.Decision, said.ToImmutable());
    }

    /// <summary>Lowering first: in a move the fence leaves before the word to the successor.</summary>
    private static void HandOut(GroupState state, ImmutableSortedDictionary<NodeId, GroupOrder> wanted, ImmutableArray<Effect>.Builder said)
    {
        if (wanted.IsEmpty && state.Ordered.IsEmpty) return;
        foreach (var node in state.Ordered.Keys.Where(n => !wanted.ContainsKey(n))) said.Add(new Effect.Withdraw(node));
        foreach (var (node, order) in wanted.OrderByDescending(w => w.Value.Role is OrderedRole.Fence or OrderedRole.Yield))
            if (!state.Ordered.TryGetValue(node, out var before) || before != order) said.Add(new Effect.Order(node, order));
    }

    /// <summary>A request is proposed or refused with the input that brought it, and told when the register has it or does not take it.</summary>
    private static GroupState AnswerMoves(GroupState before, GroupState next, Facts f, Input input, ImmutableArray<Effect>.Builder said)
    {
        if (next.Asked is { } asked && next.InFlight?.Asked != asked)
            said.Add(new Effect.AnswerMove(asked, false, Planned.Refusal(f, asked) ?? $"{next.Decision.Row} comes first: {next.Decision.Sentence}"));
        if (before.InFlight?.Asked is { } waiting && f.State.InFlight is null && next.Leading)
            said.Add(next.Move?.Asked == waiting
                ? new Effect.AnswerMove(waiting, true, $"recorded {next.Move.To} in epoch {next.Move.Epoch}, {next.Move.From} is asked to yield")
                : new Effect.AnswerMove(waiting, false, input is Input.ProposalSettled { Outcome: ProposalOutcome.Refused } no
                    ? $"the register refused it: {no.Reason}" : "the register did not answer in time, and does not have it"));
        if (before.Move is { Kind: MoveKind.Yield, MasterAt: null } move && next.Move is { MasterAt: { } at })
            said.Add(new Effect.Say(Weight.Information, "PlannedMove", $"{move.To} is MASTER {(at - move.At).TotalSeconds:0.00} s after it was recorded"));
        return next with { Asked = null };
    }

    private static GroupState Announce(GroupState state, TimeSpan now) =>
        state.Assignment is { } a && state.Ordered.TryGetValue(a.Holder, out var order) && order is { Role: OrderedRole.Holder, Standby: { } standby }
            ? state with { Announced = new Announced(standby, a.Epoch, now) }
            : state;

    /// <summary>
    /// The holder missed a soft check just now, or a move waits for proof: the others are asked to say at once how it looks from
    /// where they are. Not for as long as the check fails: after that, heartbeats are enough.
    /// </summary>
    private static GroupState AskForReports(GroupState state, Facts f, ImmutableArray<Effect>.Builder said)
    {
        var waiting = state.Decision.Row == Rules.SoftUnproven || f.HolderFresh && f.Holder!.Event!.Probes.Any(p =>
            p.Class == ProbeClass.Soft && p.Misses > 0 && f.Holder.Age(f.Now) + TimeSpan.FromMilliseconds(p.FirstMissMs) <= GroupRules.ReportFor);
        if (!waiting) return state.ReportAskedAt is null ? state : state with { ReportAskedAt = null };
        if (state.ReportAskedAt is { } asked && f.Now - asked < GroupRules.ReportEvery) return state;
        foreach (var node in state.Ordered.Keys.Where(n => n != f.Holder!.Node)) said.Add(new Effect.RequestReport(node));
        return state with { ReportAskedAt = f.Now };
    }
}
