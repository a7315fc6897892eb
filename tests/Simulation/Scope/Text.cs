using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>Messages as the scripts of tests/Arbiter.Tests/Quorum/Scripts write them.</summary>
internal static class Text
{
    public static string Of(Request request, Canonical values) => request switch
    {
        Request.Prepare p => $"PREPARE {p.Ballot}",
        Request.Accept a => $"ACCEPT {a.Ballot} next {a.Next} expects {a.Incarnation}{Value(a.Value, values)}",
        Request.Probe { NewIncarnation: "" } => "PROBE for its ticket",
        Request.Probe p => $"PROBE {Short(p.NewIncarnation)} {p.Ballot} with {p.Ticket}",
        Request.Seed s => $"SEED {Short(s.NewIncarnation)} {s.Ballot}{Value(s.Value, values)}",
        Request.Retire r => $"RETIRE {Short(r.StaleIncarnation)} {r.Ballot}",
        _ => "READ",
    };

    public static string Of(Reply reply) => reply.Answer.ToString().ToUpperInvariant()
        + (reply.Incarnation.Length > 0 ? $" inc {Short(reply.Incarnation)}" : "")
        + (reply.Promised.IsNone ? "" : $" promised {reply.Promised}")
        + (reply.Accepted.IsNone ? "" : $" accepted {reply.Accepted}")
        + (reply.Ticket.Length > 0 ? $" ticket {reply.Ticket}" : "")
        + (reply.Value.Length > 0 && RegisterValue.TryParse(reply.Value, out var value, out _) ? $" value {Name(value)}" : "");

    private static string Value(string json, Canonical values) => values.Parse(json) is { } value ? $" value {Name(value)}" : " value ?";

    /// <summary>Leader/term.seq, and the incarnations that are not the first.</summary>
    private static string Name(RegisterValue value)
    {
        var odd = value.Cfg.Where(c => c.Value != c.Key + "0").Select(c => $"{c.Key}:{Short(c.Value)}").ToArray();
        return $"{value.Leader ?? "nobody"}/{value.Term}.{value.Seq}{(odd.Length > 0 ? $" ({string.Join(", ", odd)})" : "")}";
    }

    private static string Short(string incarnation) => incarnation.TrimStart('0') is { Length: > 0 } rest && incarnation.Length > 16 ? rest : incarnation;
}
