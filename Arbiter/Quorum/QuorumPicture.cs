using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>What each server last said of itself, for people and for "does a majority vote".</summary>
internal sealed class QuorumPicture(ImmutableArray<string> servers)
{
    public const string Voting = "voting";
    public const string Unheard = "not asked yet";
    /// <summary>It votes, with an incarnation that the register does not know: it does not count.</summary>
    public const string Stale = "stale";

    /// <summary>Written with every answer; the picture for people is made when somebody looks.</summary>
    private sealed class Noted(string address)
    {
        public readonly string Address = address;
        public string State = Unheard;
        public string? RunId;
        public string? Incarnation;
        public Ballot? Promised;
        public Ballot? Accepted;
        public double? LatencyMs;
        public string? Detail;
        public TimeSpan? HeardAt;

        public AcceptorStatus Shown() => new(Address, State, RunId, Incarnation, Promised?.Text, Accepted?.Text, LatencyMs, Detail) { HeardAt = HeardAt };
    }

    private readonly Noted[] _servers = [.. servers.Select(s => new Noted(s))];
    private ImmutableSortedDictionary<string, string>? _cfg;
    /// <summary>Asked with each input; counted only after something that a vote depends on has changed.</summary>
    private bool? _majority;

    public ImmutableArray<AcceptorStatus> Acceptors => [.. _servers.Select(Shown)];

    public bool MajorityVotes => _majority ??= CountVotes() >= Majority.Of(_servers.Length);

    /// <summary>Every server answers and has no state.</summary>
    public bool AllVirgin => _servers.All(s => s.State == "virgin");

    /// <summary>No server is silent, away or in trouble: each said since then that it votes, or that it does not.</summary>
    public bool AllAnswerSince(TimeSpan then)
    {
        foreach (var one in _servers)
            if (!Says(one) || !(one.HeardAt >= then)) return false;
        return true;
    }

    /// <summary>The servers that are shown under a name of this kind.</summary>
    public ImmutableArray<string> Named(Func<string, bool> kind) => [.. _servers.Where(s => kind(s.State)).Select(s => s.Address)];

    /// <summary>Those that give no answer at all, or one that has nothing to do with what is kept there.</summary>
    public ImmutableArray<string> Away => [.. _servers.Where(s => !(Says(s) || s.State == Unheard || ValueSeal.IsStrange(s.State) || ValueSeal.IsSpoilt(s.State))).Select(s => s.Address)];

    /// <summary>It answers and does not vote.</summary>
    public bool IsOut(string server) => IsOut(Of(server));

    /// <summary>Of a voter that the register does not know, or that forgot what it confirmed; null of any other.</summary>
    public string? StaleIncarnation(string server) => Of(server) is var one && (IsStale(one) || one.State == ReplyCheck.Regressed) ? one.Incarnation : null;

    public bool AllHeard => _servers.All(s => s.State != Unheard);

    /// <summary>The incarnations of the newest value met: a voter with another one is not counted.</summary>
    public void Know(ImmutableSortedDictionary<string, string> cfg)
    {
        if (ReferenceEquals(_cfg, cfg)) return;
        (_cfg, _majority) = (cfg, null);
    }

    /// <summary>How many voting servers last said that this ballot is their accepted one.</summary>
    public int Holding(Ballot ballot)
    {
        var holding = 0;
        foreach (var one in _servers)
            if (one.Accepted == ballot && Votes(one)) holding++;
        return holding;
    }

    public bool Votes(string server) => Votes(Of(server));

    /// <summary>The incarnation under which it says to vote, whether or not that counts; null of any other.</summary>
    public string? VotingIncarnation(string server) => Of(server) is { State: Voting } one ? one.Incarnation : null;

    private int CountVotes()
    {
        var votes = 0;
        foreach (var one in _servers)
            if (Votes(one)) votes++;
        return votes;
    }

    /// <exception cref="KeyNotFoundException">It is no server of this quorum.</exception>
    private Noted Of(string server)
    {
        foreach (var one in _servers)
            if (one.Address == server) return one;
        throw new KeyNotFoundException(server);
    }

    private bool Votes(Noted server) => server.State == Voting && !IsStale(server);

    /// <summary>It says that it votes, or that it does not.</summary>
    private static bool Says(Noted server) => server.State is Voting or ReplyCheck.Regressed || IsOut(server);

    private static bool IsOut(Noted server) => server.State is "restarted" or "virgin";

    private bool IsStale(Noted server) =>
        server.State == Voting && server.Incarnation is { } incarnation && _cfg is { } cfg && cfg.GetValueOrDefault(server.Address) != incarnation;

    private AcceptorStatus Shown(Noted server) => IsStale(server)
        ? server.Shown() with { State = Stale, Detail = "its incarnation is not the one in the register: it does not count until the leader has taken it back" }
        : server.Shown();

    public void Note(string server, Request request, Reply reply, TimeSpan now)
    {
        var noted = Of(server);
        var (state, incarnation) = (noted.State, noted.Incarnation);
        noted.State = StateOf(noted.State, request, reply);
        if (reply.Latency is { } took) noted.LatencyMs = Math.Round(took.TotalMilliseconds, 2);
        noted.Detail = reply.Detail;
        if (reply is not { Answer: Answer.None, Error: not ReplyCheck.Regressed }) noted.HeardAt = now;
        if (reply.Answer is Answer.Virgin) (noted.Incarnation, noted.Promised, noted.Accepted) = (null, null, null);
        if (reply.RunId.Length > 0) noted.RunId = reply.RunId;
        if (request is Request.Probe or Request.Retire or Request.Adopt)
        {
            // what it shows of an earlier life is no vote, and is not shown as one
        }
        else if (request is Request.Seed seed)
        {
            if (reply.Answer == Answer.Ok) (noted.Incarnation, noted.Promised, noted.Accepted) = (seed.NewIncarnation, seed.Ballot, seed.Ballot);
        }
        else
        {
            if (reply.Incarnation.Length > 0) noted.Incarnation = reply.Incarnation;
            if (!reply.Promised.IsNone) noted.Promised = reply.Promised;
            if (!reply.Accepted.IsNone) noted.Accepted = reply.Accepted;
            if (request is Request.Accept accept && reply.Answer == Answer.Ok) (noted.Promised, noted.Accepted) = (accept.Next, accept.Ballot);
        }
        if (noted.State != state || noted.Incarnation != incarnation) _majority = null;
    }

    private static string StateOf(string was, Request request, Reply reply) => (request, reply.Answer) switch
    {
        (_, Answer.None) => reply.Error.Length == 0 ? "timeout" : reply.Error,
        (_, Answer.Restarted) or (Request.Retire, Answer.Ok) => "restarted",
        (_, Answer.Virgin) => "virgin",
        (Request.Adopt, Answer.Nack or Answer.NoAof) => was,
        (_, Answer.Voting) or (Request.Seed, Answer.Ok) => Voting,
        (Request.Probe or Request.Seed, _) => was,          // a non-voter before and after
        _ => Voting,
    };

    public string Sentence() => string.Join(", ", _servers.Select(s => $"{s.Address} {Shown(s).State}"));
}
