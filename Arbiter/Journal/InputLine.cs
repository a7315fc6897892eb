using System.Globalization;
using System.Text;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Journal;

/// <summary>Inputs and effects in one line, in the words of tests/Arbiter.Tests/Core/Scripts.</summary>
internal static class InputLine
{
    public static string Of(Input input) => $"{input.At.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)} {Body(input)}";

    public static string Of(Effect effect) => effect switch
    {
        Effect.Propose e => $"propose {e.Proposal.Holder} over epoch {e.Proposal.ExpectedEpoch}: {e.Proposal.Reason}",
        Effect.Order e => $"order {e.Node} {Low(e.Wanted.Role)} epoch {e.Wanted.Epoch}"
            + (e.Wanted.Standby is { } s ? $" standby {s}" : "") + (e.Wanted.OtherMaster ? " other-master" : ""),
        Effect.Withdraw e => $"withdraw {e.Node}",
        Effect.RequestReport e => $"ask {e.Node} for reports",
        Effect.AnswerMove e => $"{(e.Begun ? "begun" : "not moved")}: {e.Text}",
        Effect.Say e => $"say {e.Code} {e.Text}",
        _ => effect.GetType().Name,
    };

    private static string Body(Input input) => input switch
    {
        Input.NodeReported i => Health(i.Event),
        Input.RoleReported i => $"{i.Role.Node} role={Low(i.Role.Role)} counter={i.Role.Counter}",
        Input.OrderAnswered i => $"{i.Result.Node} answered={Low(i.Result.Outcome)} to={Low(i.Result.Role)} epoch={i.Result.Epoch}",
        Input.RegisterObserved i => $"observe {Recorded(i.Assignment)}",
        Input.LeadershipGained i => $"lead {Recorded(i.Assignment)}",
        Input.LeadershipLost => "lose",
        Input.ProposalSettled i => $"{i.Outcome switch { ProposalOutcome.Committed => "commit", ProposalOutcome.Refused => "refuse", _ => "unknown" }} {Recorded(i.Current)}",
        Input.MoveAsked i => $"ask kind={i.Request.Kind}{(i.Request.To is { } to ? $" to={to}" : "")}{(i.Request.Force ? " force=yes" : "")}"
            + $"{(i.Request.Firing is { } f ? $" firing={f.Schedule}@{f.At.ToUnixTimeSeconds()}" : "")} because {i.Request.Why}",
        Input.WasAway i => $"away {i.Gap.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)}",
        Input.PresenceLost i => $"gone {i.Node} {i.Process}",
        Input.BusChanged i => i.Connected ? "bus up" : "bus down",
        _ => "tick",
    };

    private static string Health(HealthEvent said)
    {
        var text = new StringBuilder($"{said.Node}");
        foreach (var p in said.Probes)
            text.Append($" {p.Name}={(p.State == ProbeState.Up && p.Misses > 0 ? "miss" : Low(p.State))}{(p.Misses > 0 ? $":{p.FirstMissMs}" : "")}");
        foreach (var g in said.Groups)
            text.Append($" role={Low(g.Role)} steered={Low(g.Steered)} fenced={(g.Fenced ? "yes" : "no")} healthy={(g.HealthyMs / 1000.0).ToString(CultureInfo.InvariantCulture)}"
                + $" priority={g.EffectivePriority} epoch={g.Epoch}{(g.Ordered is { } o ? $" ordered={Low(o)}" : "")}");
        return text.ToString();
    }

    private static string Recorded(Assignment? a) => a is null ? "none" : $"{a.Epoch} {a.Holder}";

    private static string Low<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
