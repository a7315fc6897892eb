using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>Messages as people read them.</summary>
internal static class Story
{
    public static string Of(Request request) => Of(request, i => i, Value);

    public static string Of(Reply reply) => Of(reply, i => i, Value);

    /// <param name="life">How an incarnation is shown.</param>
    /// <param name="value">How a value is shown, with a space before it; nothing for an empty one.</param>
    public static string Of(Request request, Func<string, string> life, Func<string, string> value) => request switch
    {
        Request.Prepare p => $"PREPARE {p.Ballot}",
        Request.Accept a => $"ACCEPT {a.Ballot} next {a.Next} expects {a.Incarnation}{value(a.Value)}",
        Request.Probe { NewIncarnation: "" } => "PROBE for its ticket",
        Request.Probe p => $"PROBE {life(p.NewIncarnation)} {p.Ballot} with {p.Ticket}",
        Request.Seed s => $"SEED {life(s.NewIncarnation)} {s.Ballot}{value(s.Value)}",
        Request.Retire r => $"RETIRE {life(r.StaleIncarnation)} {r.Ballot}",
        _ => "READ",
    };

    /// <summary>The same of an answer.</summary>
    public static string Of(Reply reply, Func<string, string> life, Func<string, string> value) => reply.Answer.ToString().ToUpperInvariant()
        + (reply.Incarnation.Length > 0 ? $" inc {life(reply.Incarnation)}" : "")
        + (reply.Promised.IsNone ? "" : $" promised {reply.Promised}")
        + (reply.Accepted.IsNone ? "" : $" accepted {reply.Accepted}")
        + (reply.Ticket.Length > 0 ? $" ticket {reply.Ticket}" : "") + value(reply.Value);

    public static string Of(RegisterEvent told) => told switch
    {
        RegisterEvent.Gained g => $"leads term {g.Term} of generation {g.Generation}",
        RegisterEvent.Observed o => $"sees term {o.Term} of generation {o.Generation}",
        RegisterEvent.Lost l => $"leads no more: {l.Reason}",
        RegisterEvent.Settled s => $"hears that {s.Proposal.Reason} ({s.Proposal.Group} to {s.Proposal.Holder}) is {s.Outcome}: {s.Reason}",
        _ => told.ToString(),
    };

    private static string Value(string json) => json.Length > 0 && RegisterValue.TryParse(json, out var value, out _) ? $" value {value.Leader ?? "nobody"} term {value.Term} seq {value.Seq}" : "";
}
