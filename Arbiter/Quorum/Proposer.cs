using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>What the register should become; null = leave it. Pure, and called at most once per change.</summary>
internal delegate RegisterValue? Change(RegisterValue current, Ballot ballot);

internal sealed record Envelope(string Server, Request Request);

internal enum Outcome
{
    /// <summary>A majority has the new value.</summary>
    Acknowledged,
    /// <summary>The change did not want this value; nothing was sent.</summary>
    Declined,
    /// <summary>No majority promised; nothing was sent.</summary>
    Lost,
    /// <summary>Sent, and no majority confirmed: it may or may not stand. Never "failed".</summary>
    Unknown,
}

/// <param name="Current">The newest value met, also when the round was lost; null when none was.</param>
/// <param name="New">What was sent for acceptance under <paramref name="Ballot"/>.</param>
internal sealed record ChangeResult(Outcome Outcome, RegisterValue? Current, Ballot CurrentBallot, RegisterValue? New, Ballot Ballot, string Reason);

internal readonly record struct ProposerStep(Proposer Next, ImmutableArray<Envelope> Sends, ChangeResult? Result);

/// <summary>
/// The CASPaxos proposer (arXiv 1802.07000), one change at a time: prepare at a majority, take the value with the highest accepted
/// ballot, change it, have a majority accept it. Message in, messages out; no clock, no I/O.
/// The incarnation rule: a promise counts only when the server's incarnation is the one that the newest value knows, so a server
/// that lost its memory and came back does not count with what it promised before.
/// The fast path: each accept carries the promise for the next change, so a steady leader needs one round trip.
/// Nothing happens on a reply of another round, a second reply of one server, or a reply after the outcome.
/// </summary>
internal sealed record Proposer(ulong Id, ImmutableArray<string> Servers)
{
    private sealed record Fast(Ballot Next, RegisterValue Value);

    private sealed record Round
    {
        public required Ballot Ballot { get; init; }
        public required Change Change { get; init; }
        public bool Accepting { get; init; }
        public RegisterValue? Current { get; init; }
        public Ballot CurrentBallot { get; init; }
        public RegisterValue? New { get; init; }
        public Ballot Next { get; init; }
        public ImmutableDictionary<string, Reply> Replies { get; init; } = ImmutableDictionary<string, Reply>.Empty;
    }

    /// <summary>False only in the test that shows what the rule is for.</summary>
    internal bool IncarnationRule { get; init; } = true;

    internal Deviations Deviations { get; init; } = Deviations.None;

    internal ValueReader Reader { get; init; } = new();

    /// <summary>For who watches from outside: the ballot being accepted, and the one of the value that it follows (itself, when it was promised before).</summary>
    internal (Ballot Ballot, Ballot Follows)? Sending => Running is { Accepting: true } round ? (round.Ballot, round.CurrentBallot) : null;

    private int Needed => Deviations.QuorumOfHalf ? Servers.Length / 2 : Majority.Of(Servers.Length);

    private bool ByIncarnation => IncarnationRule && !Deviations.NoIncarnationRule;

    /// <summary>Of any ballot met.</summary>
    public long HighestGeneration => MaxGeneration;

    private long MaxGeneration { get; init; }
    private long Number { get; init; }
    private Fast? Promised { get; init; }
    private Round? Running { get; init; }

    public bool Busy => Running is not null;

    /// <summary>Whether the running change has been sent for acceptance: until then nothing of it can stand.</summary>
    public bool HasSent => Running is { Accepting: true };

    /// <summary>A ballot met somewhere: the next own one will be higher, which saves being refused first.</summary>
    public Proposer Learn(Ballot met) => met.IsNone || (met.Number <= Number && met.Generation <= MaxGeneration) ? this : this with
    {
        Number = Math.Max(Number, met.Number),
        MaxGeneration = Math.Max(MaxGeneration, met.Generation),
    };

    /// <summary>Forgets the running change: its outcome stays unknown, and its ballots are not used again.</summary>
    public Proposer Abandon() => Running is null ? this : this with { Running = null, Promised = Deviations.PromiseUsedTwice ? Promised : null };

    public ProposerStep Begin(Change change, bool fast)
    {
        if (Busy) throw new InvalidOperationException("one change at a time");
        if (Number > Ballot.MaxPart - 4)
            return new ProposerStep(this, [], new ChangeResult(Outcome.Lost, null, Ballot.None, null, Ballot.None, "a server reported a ballot at the end of its range: delete its keys (docs/quorum.md) and restart the arbiters"));
        if (fast && Promised is { } ready)
            return Accept(new Round { Ballot = ready.Next, Change = change, Current = ready.Value, CurrentBallot = ready.Next });
        var ballot = Ballot.Of(MaxGeneration, Number + 1, Id);
        var next = this with { Number = Number + 1, Promised = null, Running = new Round { Ballot = ballot, Change = change } };
        return new ProposerStep(next, ToAll(_ => new Request.Prepare(ballot)), null);
    }

    public ProposerStep Receive(string server, Request request, Reply reply)
    {
        var learned = reply.Answer == Answer.Nack ? Learn(reply.Promised) : this;
        if (learned.Running is not { } round || round.Replies.ContainsKey(server) || !Answers(round, request)) return new ProposerStep(learned, [], null);
        round = round with { Replies = round.Replies.Add(server, reply) };
        return round.Accepting ? learned.CountAccepts(round) : learned.CountPromises(round);
    }

    /// <summary>The deadline passed: whoever has not answered has not.</summary>
    public ProposerStep Expire()
    {
        if (Running is not { } round) return new ProposerStep(this, [], null);
        foreach (var server in Servers)
            if (!round.Replies.ContainsKey(server)) round = round with { Replies = round.Replies.Add(server, Reply.NoAnswer("timeout")) };
        return round.Accepting ? CountAccepts(round) : CountPromises(round);
    }

    private static bool Answers(Round round, Request request) => request switch
    {
        Request.Prepare prepare => !round.Accepting && prepare.Ballot == round.Ballot,
        Request.Accept accept => round.Accepting && accept.Ballot == round.Ballot,
        _ => false,
    };

    private ProposerStep CountPromises(Round round)
    {
        // A value that cannot be read counts as no answer: as if the reply had been lost.
        var promises = new List<(string Server, Reply Reply, RegisterValue Value)>(Servers.Length);
        var unreadable = "";
        foreach (var (server, reply) in round.Replies)
        {
            if (reply.Answer != Answer.Ok) continue;
            if (Reader.TryRead(reply.Value, out var value, out var why)) promises.Add((server, reply, value));
            else unreadable = $"{server}: {why}";
        }
        foreach (var (_, reply, value) in promises)
            if (Deviations.FirstValue ? round.Current is null : reply.Accepted > round.CurrentBallot) round = round with { Current = value, CurrentBallot = reply.Accepted };

        var counted = promises.Count(p => !ByIncarnation || Knows(round.Current!, p.Server, p.Reply));
        var unheard = Servers.Length - round.Replies.Count;
        if (counted >= Needed) return Accept(round);
        // A later reply may bring a newer value that knows other incarnations, so only hopeless counts are lost early.
        if (unheard > 0 && promises.Count + unheard >= Majority.Of(Servers.Length)) return new ProposerStep(this with { Running = round }, [], null);
        var reason = unreadable.Length > 0 ? unreadable
            : $"{counted} of {Servers.Length} promised ({string.Join(", ", Servers.Select(s => $"{s} {Word(round, s)}"))})";
        return Done(Outcome.Lost, round, reason);
    }

    private ProposerStep Accept(Round round)
    {
        var wanted = round.Change(round.Current!, round.CurrentBallot);
        if (wanted is null) return Done(Outcome.Declined, round, "the value is another than expected", keepPromise: true);
        var json = wanted.ToJson();
        if (System.Text.Encoding.UTF8.GetByteCount(json) > RegisterValue.MaxBytes)
            return Done(Outcome.Declined, round, $"the register would pass {RegisterValue.MaxBytes} bytes", keepPromise: true);

        var next = Ballot.Of(round.Ballot.Generation, Number + 1, Id);
        // The promise is forgotten before anything is sent: an abandoned change must not leave its ballot usable.
        var proposer = this with
        {
            Number = Number + 1,
            Promised = Deviations.PromiseUsedTwice ? Promised : null,
            Running = round with { Accepting = true, New = wanted, Next = next, Replies = ImmutableDictionary<string, Reply>.Empty },
        };
        var known = round.Current!.Cfg;
        return new ProposerStep(proposer, ToAll(server => new Request.Accept(round.Ballot, next, json, known.GetValueOrDefault(server, ""))), null);
    }

    private ProposerStep CountAccepts(Round round)
    {
        var yes = round.Replies.Count(r => r.Value.Answer == Answer.Ok && (!ByIncarnation || Knows(round.New!, r.Key, r.Value)));
        return (yes >= Needed ? Tally.Won : Majority.Count(Servers.Length, yes, Servers.Length - round.Replies.Count)) switch
        {
            Tally.Won => new ProposerStep(
                this with { Running = null, Promised = new Fast(round.Next, round.New!) }, [],
                new ChangeResult(Outcome.Acknowledged, round.Current, round.CurrentBallot, round.New, round.Ballot, "")),
            Tally.Pending => new ProposerStep(this with { Running = round }, [], null),
            _ => Done(Outcome.Unknown, round, $"{yes} of {Servers.Length} accepted ({string.Join(", ", Servers.Select(s => $"{s} {Word(round, s)}"))})"),
        };
    }

    private ProposerStep Done(Outcome outcome, Round round, string reason, bool keepPromise = false) => new(
        this with { Running = null, Promised = keepPromise || Deviations.PromiseUsedTwice ? Promised : null }, [],
        new ChangeResult(outcome, round.Current, round.CurrentBallot, round.New, round.Ballot, reason));

    private ImmutableArray<Envelope> ToAll(Func<string, Request> request) => [.. Servers.Select(s => new Envelope(s, request(s)))];

    private static bool Knows(RegisterValue value, string server, Reply reply) =>
        value.Cfg.TryGetValue(server, out var incarnation) && incarnation == reply.Incarnation;

    private static string Word(Round round, string server) => !round.Replies.TryGetValue(server, out var reply) ? "unheard"
        : reply.Answer switch
        {
            Answer.Ok => (round.New ?? round.Current) is { } value && Knows(value, server, reply) ? "yes" : "unknown incarnation",
            Answer.None => reply.Error,
            var answer => answer.ToString().ToLowerInvariant(),
        };
}
