using Arbiter.Api;
using Arbiter.Core;

namespace Arbiter.Cli;

/// <summary>Why a group is where it is, and why it moved last, as a person would tell it.</summary>
internal static class ExplainText
{
    public static void Write(Terminal to, ExplainView view)
    {
        if (view.Now is { } now) Now(to, view, now);
        if (view.Event is { } e)
        {
            if (view.Now is not null) to.Out.WriteLine();
            Past(to, e, view.Detail, view.Now is not null);
        }
        else if (view.Now is null) to.Out.WriteLine($"Nothing is known of {view.Group} yet.");
        else to.Out.WriteLine("\nNo decision of this group is recorded.");
    }

    private static void Now(Terminal to, ExplainView view, Explanation now)
    {
        var held = now.Holder is { } holder ? $"is recorded on {holder}, epoch {now.Epoch}" : "is recorded nowhere";
        to.Out.WriteLine($"{to.Paint(view.Group, Tone.Good)} {held}. {Standby(now)}");
        if (!now.Leading) to.Out.WriteLine(to.Paint($"Answered by {view.AnsweredBy.Replica}, which does not lead ({view.AnsweredBy.Leader ?? "nobody"} does): it sees the same and orders nothing.", Tone.Soft));
        Why(to, now);
    }

    private static string Standby(Explanation e) =>
        e.Standby is null ? "Nobody stands by: a failure now costs an election."
        : !e.StandbyReady ? $"{e.Standby} stands by and is not ready."
        : e.Withheld is { } why ? $"{e.Standby} is ready, and is not named to the holder: {why}."
        : $"{e.Standby} is ready to take over.";

    private static void Why(Terminal to, Explanation e)
    {
        to.Out.WriteLine($"Because: {Terminal.Clean(e.Sentence)}.");
        to.Out.WriteLine(to.Paint($"  Row {e.Row}: {e.When}. Then: {e.Then}.", Tone.Soft));
        if (e.Would is { } would) to.Out.WriteLine($"Held back: {Terminal.Clean(would)}.");
        if (e.Proposed is { } p) to.Out.WriteLine($"Wished: {p.Holder} over epoch {p.ExpectedEpoch} ({Terminal.Clean(p.Reason)}).");
        if (e.HoldDownMs > 0) to.Out.WriteLine($"Hold-down after the last move: another {PastText.Span(e.HoldDownMs)}.");
        foreach (var x in e.External) to.Out.WriteLine($"{Terminal.Clean(x.Probe)} fails everywhere for {PastText.Span(x.ForMs)}: it is out of the ranking.");
        var width = e.Candidates.IsEmpty ? 0 : e.Candidates.Max(c => c.Node.Length);
        if (!e.Candidates.IsEmpty) to.Out.WriteLine("Who could hold:");
        foreach (var c in e.Candidates) to.Out.WriteLine($"  {to.Paint(c.Node, Tone.Plain, width)}  {Terminal.Clean(c.Verdict)}");
        if (!e.Inputs.IsEmpty) to.Out.WriteLine("Looked at:");
        foreach (var i in e.Inputs) Input(to, i, width);
    }

    private static void Input(Terminal to, InputSaid i, int width)
    {
        if (i.AgeMs is not { } age)
        {
            to.Out.WriteLine($"  {to.Paint(i.Node, Tone.Plain, width)}  has never reported");
            return;
        }
        var role = i.Role is { } r ? $"{r.ToUpperInvariant()} for {PastText.Span(i.RoleMs ?? 0)}" : "says nothing of this group";
        var rest = i.Role is null ? "" : $", {Health(i.Health)}, priority {i.Priority} ({(i.Fenced == true ? "fenced" : i.Steered)})";
        var heard = i.Stale ? to.Paint($"silent for {PastText.Span(age)}", Tone.Bad) : $"heard {PastText.Span(age)} ago";
        to.Out.WriteLine($"  {to.Paint(i.Node, Tone.Plain, width)}  {role}{rest}, {heard}");
        var indent = new string(' ', width + 4);
        if (i.Duplicate) to.Out.WriteLine($"{indent}two agents speak for it");
        if (i.KeepalivedAlive == false) to.Out.WriteLine($"{indent}keepalived is not running");
        if (i.Fault is { } fault) to.Out.WriteLine($"{indent}steering fails: {Terminal.Clean(fault)}");
        foreach (var p in i.Failing)
            to.Out.WriteLine($"{indent}{to.Paint(p.Name, p.Class == "hard" ? Tone.Bad : Tone.Mild)} {State(p)}: {Terminal.Clean(p.Reason)}");
        if (i.Service is { } s) to.Out.WriteLine($"{indent}the service behind the VIP is {s.State} for {PastText.Span(s.ForMs)}: {Terminal.Clean(s.Reason)}");
    }

    private static string State(ProbeSaid p) => p switch
    {
        { State: "down" } => $"down for {PastText.Span(p.ForMs)}" + (p.FirstMissMs > 0 ? $", first miss {PastText.Span(p.FirstMissMs)} before" : ""),
        { Misses: > 0 } => $"missed {p.Misses}, the first {PastText.Span(p.FirstMissMs)} before",
        _ => p.State,
    };

    private static string Health(string? health) => health switch { "good" => "good", "softBad" => "degraded", "hardBad" => "cannot serve", _ => "health unknown" };

    private static void Past(Terminal to, EventView e, Explanation? detail, bool last)
    {
        to.Out.WriteLine($"{(last ? "Last decision" : "Event")}: {to.Paint(PastText.Who(e), PastText.ToneOf(e.Severity))}, epoch {e.Epoch}, {PastText.At(e.At)} UTC");
        to.Out.WriteLine($"  {Terminal.Clean(e.Reason)}");
        to.Out.WriteLine(to.Paint($"  {e.Id}", Tone.Soft));
        if (e.Type != EventTypes.DecisionMade) return;
        if (e.Outcome is { } outcome) Outcome(to, e, outcome);
        else to.Out.WriteLine("  What became of it is not recorded.");
        if (last) return;
        if (detail is not null) Why(to, detail);
        else to.Out.WriteLine("What it looked at is not recorded: the leader of that time did not live to write it, or no server has it.");
    }

    private static void Outcome(Terminal to, EventView e, MoveOutcome o)
    {
        if (o.FirstSign is { } sign && o.FirstSignMs is { } first) to.Out.WriteLine($"  First sign: {Terminal.Clean(sign)}, {Relative(first)}.");
        if (o.LeftMasterMs is { } left) to.Out.WriteLine($"  {e.From} was not MASTER any more {Relative(left)}.");
        if (o.MasterMs is { } master) to.Out.WriteLine($"  {e.To} was MASTER {Relative(master)}.");
        if (o.RecoveryMs is { } recovery) to.Out.WriteLine($"  {to.Paint($"Recovered {PastText.Span(recovery)} after the first sign.", Tone.Good)}");
        if (o.RecordedMs is { } recorded) to.Out.WriteLine($"  A majority had recorded it {PastText.Span(recorded)} after the decision.");
        foreach (var x in o.Obeyed) to.Out.WriteLine($"  {x.Node} {Answer(x)}{(x.Reason.Length > 0 ? $" ({Terminal.Clean(x.Reason)})" : "")}, {Relative(x.AtMs)}.");
        foreach (var s in o.Served)
            to.Out.WriteLine($"  {s.Node} saw the service answer {Relative(s.AtMs)}{(s.FailedUntilMs is { } back ? $"; for it the service was back {Relative(back)}" : "; it had not seen it fail")}.");
        to.Out.WriteLine(to.Paint($"  {End(o)}", Tone.Soft));
    }

    private static string Answer(ObeyedSaid x) => x.Outcome switch
    {
        "applied" => $"took its order '{x.Role}'",
        "accepted" => $"says that it is ordered '{x.Role}'",
        "pending" => $"waited with its order '{x.Role}'",
        _ => $"answered '{x.Outcome}' to the order '{x.Role}'",
    };

    private static string End(MoveOutcome o) => o.End switch
    {
        "complete" => $"The move was complete {Relative(o.AtMs)}.",
        "deadline" => "It was not complete after 10 s; nothing more was waited for.",
        "superseded" => "The next decision came before it was complete.",
        "leadershipLost" => "The leader lost its leadership before it was complete.",
        "stopped" => "The arbiter was stopped before it was complete.",
        "running" => "It is being followed still.",
        _ => o.End,
    };

    /// <summary>Times are told from the moment of the decision.</summary>
    private static string Relative(long ms) => ms < 0 ? $"{PastText.Span(-ms)} before the decision" : $"{PastText.Span(ms)} after the decision";
}
