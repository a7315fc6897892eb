using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>Messages as people read them.</summary>
internal static class Story
{
    public static string Of(Request request) => request switch
    {
        Request.Prepare p => $"PREPARE {p.Ballot}",
        Request.Accept a => $"ACCEPT {a.Ballot} next {a.Next} expects {a.Incarnation}{Value(a.Value)}",
        Request.Probe { NewIncarnation: "" } => "PROBE for its ticket",
        Request.Probe p => $"PROBE {p.NewIncarnation} {p.Ballot} with {p.Ticket}",
        Request.Seed s => $"SEED {s.NewIncarnation} {s.Ballot}{Value(s.Value)}",
        Request.Retire r => $"RETIRE {r.StaleIncarnation} {r.Ballot}",
        _ => "READ",
    };

    public static string Of(Reply reply) => reply.Answer.ToString().ToUpperInvariant()
        + (reply.Incarnation.Length > 0 ? $" inc {reply.Incarnation}" : "")
        + (reply.Promised.IsNone ? "" : $" promised {reply.Promised}")
        + (reply.Accepted.IsNone ? "" : $" accepted {reply.Accepted}")
        + (reply.Ticket.Length > 0 ? $" ticket {reply.Ticket}" : "") + Value(reply.Value);

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
