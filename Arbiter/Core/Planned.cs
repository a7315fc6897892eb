using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Planned moves. Everything is looked at again at the moment of the move, and each refusal names the check with its figures.
/// A refusal changes nothing; a move that does not arrive ends with the old holder, who served all the time.
/// </summary>
internal static class Planned
{
    public const string Failed = "planned-failed";

    public static Row Move { get; } =
        new("planned-move", "a planned move was asked for, and no check speaks against it (decisions.md lists them)",
            "record the standby, then order `yield` to the old holder: it goes below the standby, which VRRP then elects",
            f => f.State.Asked is { } asked && WhyNot(f, asked) is null,
            f => $"{f.State.Asked!.Kind}: {f.Holder!.Node} and {f.Ready!.Node} are both well")
        { Record = f => (f.Ready!.Node, Words.Clip($"{f.State.Asked!.Kind}: {f.State.Asked.Why}")), Move = MoveKind.Yield };

    public static Row NotArrived { get; } =
        new(Failed, "a planned move has not arrived and cannot any more: its time is up, its target cannot take over, or the old holder took itself back; the old holder is the only MASTER",
            "record the old holder again, reason `planned-failed: why`: nothing moved",
            f => WhyFailed(f) is not null,
            f => WhyFailed(f)!)
        { Record = f => (f.State.Move!.From, Words.Clip($"{Failed}: {WhyFailed(f)}")) };

    /// <summary>Why nothing is moved for the request now: the gate that is closed, or the check that fails; null = it may go.</summary>
    public static string? Refusal(Facts f, MoveRequest asked) =>
        Gates.Rows.FirstOrDefault(g => g.Applies(f))?.Sentence(f) ?? WhyNot(f, asked);

    private static string? WhyNot(Facts f, MoveRequest asked)
    {
        var state = f.State;
        if (state.Rules.Mode == GroupMode.Observe) return "the group only observes";
        if (state.Assignment is not { } recorded) return "no holder is recorded yet";
        if (f.Holder is not { } holder) return $"the recorded holder {recorded.Holder} is not a member";
        if (state.Move is { } open)
            return open.MasterAt is null
                ? $"the move to {open.To} is under way since {(f.Now - open.At).TotalSeconds:0.0} s"
                : $"the move to {open.To} is {(f.Now - open.At).TotalSeconds:0.0} s old and not over yet";
        return OfHolder(f, holder) ?? OfGroup(f, asked) ?? OfTarget(f, holder, asked.To);
    }

    private static string? OfHolder(Facts f, MemberView holder)
    {
        if (holder.Ambiguous(f.Now)) return $"two agent processes speak for the holder {holder.Node}";
        if (!f.HolderIsMaster) return $"the holder does not serve: {Words.Why(holder, f.Now)}";
        if (f.Masters.Length > 1) return $"MASTER at the same time: {string.Join(", ", f.Masters.Select(m => m.Node))}";
        var r = holder.Reading!;
        if (r.Fenced) return $"the holder {holder.Node} is fenced";
        if (r.Health != Health.Good) return $"the health of the holder {holder.Node} is {Words.Of(r.Health)}{Words.Failing(holder)}";
        if (holder.Event!.TiltMs > 0) return $"the agent of the holder {holder.Node} stood still and is tilted for another {holder.Event.TiltMs / 1000.0:0.0} s";
        return r.Fault is { } fault ? $"the steering of the holder {holder.Node} fails: {fault}" : null;
    }

    private static string? OfGroup(Facts f, MoveRequest asked)
    {
        if (!f.State.External.IsEmpty) return $"{string.Join(", ", f.State.External.Keys)} fails on every node";
        return Brakes.Level(f.State, f.Now) > 0 && !asked.Force
            ? $"hold-down for another {Brakes.Left(f.State, f.Now).TotalSeconds:0} s after the last move" : null;
    }

    private static string? OfTarget(Facts f, MemberView holder, NodeId? to)
    {
        if (to == holder.Node) return $"{to} holds already";
        if (to is { } wanted && f.State.Find(wanted) is null) return $"{wanted} is no member of the group";
        if ((f.State.Find(to) ?? f.Standby) is not { } target) return "no standby is armed";
        if (f.NotReady(target) is not { } why) return null;
        return $"{target.Node} cannot take over: {why}"
            + (f.State.Standby != target.Node && f.Standby is { } armed ? $"; the standby is {armed.Node}, and only the standby can be moved to" : "");
    }

    private static string? WhyFailed(Facts f)
    {
        if (f.State.Move is not { Kind: MoveKind.Yield, MasterAt: null } move || f.SoleMaster?.Node != move.From) return null;
        var (from, to) = (f.SoleMaster.Reading!, f.State.Find(move.To)!);
        if (f.SoleMaster.Duplicate(f.Now)) return null;
        if (f.Now - move.At >= f.State.Rules.PlannedDeadline) return $"{move.To} did not become MASTER within {f.State.Rules.PlannedDeadline.TotalSeconds:0.#} s, {move.From} still serves";
        if (move.Yielded && from.Steered == SteeredRole.Holder) return $"{move.To} did not become MASTER, {move.From} took itself back after {(f.Now - move.At).TotalSeconds:0.0} s";
        // a silent one may still be elected: its keepalived is armed, and only its agent is known to be away
        return to.Fresh(f.Now) && f.NotUsable(to) is { } why ? $"{move.To} cannot take over any more: {why}; {move.From} still serves" : null;
    }
}
