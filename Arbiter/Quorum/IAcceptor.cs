namespace Arbiter.Quorum;

/// <summary>One server of the quorum.</summary>
internal interface IAcceptor
{
    /// <summary>host:port as configured; the server's name in the register's configuration, so every replica must spell it alike.</summary>
    public string Address { get; }

    /// <summary>
    /// Asks one question and answers within the operation deadline. Never throws for a server that is away or refuses:
    /// that is <see cref="Answer.None"/> with the error's name.
    /// </summary>
    public Task<Reply> Ask(Request request, CancellationToken stopping);
}

internal abstract record Request
{
    private Request() { }

    /// <param name="Known">The value is left out when this ballot is the accepted one.</param>
    public sealed record Read(Ballot Known) : Request;

    public sealed record Prepare(Ballot Ballot) : Request;

    /// <param name="Next">The promise for this proposer's next change, taken along.</param>
    public sealed record Accept(Ballot Ballot, Ballot Next, string Value, string Incarnation) : Request;

    /// <param name="NewIncarnation">Empty: only tell the ticket.</param>
    public sealed record Probe(string NewIncarnation, Ballot Ballot, string Ticket) : Request;

    public sealed record Seed(string NewIncarnation, Ballot Ballot, string Value) : Request;

    public sealed record Retire(string StaleIncarnation, Ballot Ballot) : Request;

    /// <summary>A restarted server shall vote again with what its disk kept, which is exactly this.</summary>
    public sealed record Adopt(string Incarnation, Ballot Accepted) : Request;
}

internal enum Answer
{
    Ok,
    /// <summary>A higher promise stands, see <see cref="Reply.Promised"/>.</summary>
    Nack,
    /// <summary>Another incarnation than the expected one.</summary>
    Inc,
    /// <summary>Has a state of an earlier life of the server; does not vote.</summary>
    Restarted,
    /// <summary>Has no state; does not vote.</summary>
    Virgin,
    Voting,
    Ticket,
    NoProbe,
    /// <summary>Its append-only file is off: what it kept is not to be trusted.</summary>
    NoAof,
    /// <summary>No answer, or an error, which is the same: <see cref="Reply.Error"/> names it.</summary>
    None,
}

/// <summary>What a server said; which fields are set depends on the question (docs/quorum.md).</summary>
internal sealed record Reply(Answer Answer)
{
    public string RunId { get; init; } = "";
    public string Incarnation { get; init; } = "";
    public Ballot Promised { get; init; }
    public Ballot Accepted { get; init; }
    public string Value { get; init; } = "";
    public string Ticket { get; init; } = "";
    /// <summary>timeout, unreachable, or the server's own word: OOM, BUSY, READONLY, ...</summary>
    public string Error { get; init; } = "";
    /// <summary>A sentence for people: the whole error, or a warning about the server's set-up.</summary>
    public string? Detail { get; init; }
    public TimeSpan? Latency { get; init; }

    public static Reply NoAnswer(string error, string? detail = null) => new(Answer.None) { Error = error, Detail = detail };
}
