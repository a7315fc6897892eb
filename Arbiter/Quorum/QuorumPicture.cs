using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>What each server last said of itself, for people and for "does a majority vote".</summary>
internal sealed class QuorumPicture(ImmutableArray<string> servers)
{
    public const string Voting = "voting";
    public const string Unheard = "not asked yet";
    /// <summary>It votes, with an incarnation that the register does not know: it does not count.</summary>
    public const string Stale = "stale";

    private readonly Dictionary<string, AcceptorStatus> _servers =
        servers.ToDictionary(s => s, s => new AcceptorStatus(s, Unheard, null, null, null, null, null, null));
    private ImmutableSortedDictionary<string, string>? _cfg;
    /// <summary>Asked with each input; counted after an answer only.</summary>
    private bool? _majority;

    public ImmutableArray<AcceptorStatus> Acceptors => [.. servers.Select(Shown)];

    public bool MajorityVotes => _majority ??= servers.Count(Votes) >= Majority.Of(servers.Length);

    /// <summary>Every server answers and has no state.</summary>
    public bool AllVirgin => _servers.Values.All(s => s.State == "virgin");

    /// <summary>No server is silent, away or in trouble: each said since then that it votes, or that it does not.</summary>
    public bool AllAnswerSince(TimeSpan then) => servers.All(s => (_servers[s].State is Voting or ReplyCheck.Regressed || IsOut(s)) && _servers[s].HeardAt >= then);

    /// <summary>It answers and does not vote.</summary>
    public bool IsOut(string server) => _servers[server].State is "restarted" or "virgin";

    /// <summary>Of a voter that the register does not know, or that forgot what it confirmed; null of any other.</summary>
    public string? StaleIncarnation(string server) => IsStale(_servers[server]) || _servers[server].State == ReplyCheck.Regressed ? _servers[server].Incarnation : null;

    public bool AllHeard => _servers.Values.All(s => s.State != Unheard);

    /// <summary>The incarnations of the newest value met: a voter with another one is not counted.</summary>
    public void Know(ImmutableSortedDictionary<string, string> cfg) => (_cfg, _majority) = (cfg, null);

    /// <summary>How many voting servers last said that this ballot is their accepted one.</summary>
    public int Holding(Ballot ballot) => servers.Count(s => Votes(s) && _servers[s].Accepted == ballot.Text);

    public bool Votes(string server) => _servers[server].State == Voting && !IsStale(_servers[server]);

    /// <summary>The incarnation under which it says to vote, whether or not that counts; null of any other.</summary>
    public string? VotingIncarnation(string server) => _servers[server].State == Voting ? _servers[server].Incarnation : null;

    private bool IsStale(AcceptorStatus server) =>
        server.State == Voting && server.Incarnation is { } incarnation && _cfg is { } cfg && cfg.GetValueOrDefault(server.Address) != incarnation;

    private AcceptorStatus Shown(string server) => IsStale(_servers[server])
        ? _servers[server] with { State = Stale, Detail = "its incarnation is not the one in the register: it does not count until the leader has taken it back" }
        : _servers[server];

    public void Note(string server, Request request, Reply reply, TimeSpan now)
    {
        var was = _servers[server];
        var noted = was with
        {
            State = StateOf(was, request, reply),
            LatencyMs = reply.Latency is { } took ? Math.Round(took.TotalMilliseconds, 2) : was.LatencyMs,
            Detail = reply.Detail,
            HeardAt = reply is { Answer: Answer.None, Error: not ReplyCheck.Regressed } ? was.HeardAt : now,
        };
        if (reply.Answer is Answer.Virgin) noted = noted with { Incarnation = null, Promised = null, Accepted = null };
        if (reply.RunId.Length > 0) noted = noted with { RunId = reply.RunId };
        if (request is Request.Probe or Request.Retire or Request.Adopt)
        {
            // what it shows of an earlier life is no vote, and is not shown as one
        }
        else if (request is Request.Seed seed)
        {
            if (reply.Answer == Answer.Ok)
                noted = noted with { Incarnation = seed.NewIncarnation, Promised = seed.Ballot.Text, Accepted = seed.Ballot.Text };
        }
        else
        {
            if (reply.Incarnation.Length > 0) noted = noted with { Incarnation = reply.Incarnation };
            if (!reply.Promised.IsNone) noted = noted with { Promised = reply.Promised.Text };
            if (!reply.Accepted.IsNone) noted = noted with { Accepted = reply.Accepted.Text };
            if (request is Request.Accept accept && reply.Answer == Answer.Ok)
                noted = noted with { Promised = accept.Next.Text, Accepted = accept.Ballot.Text };
        }
        (_servers[server], _majority) = (noted, null);
    }

    private static string StateOf(AcceptorStatus was, Request request, Reply reply) => (request, reply.Answer) switch
    {
        (_, Answer.None) => reply.Error.Length == 0 ? "timeout" : reply.Error,
        (_, Answer.Restarted) or (Request.Retire, Answer.Ok) => "restarted",
        (_, Answer.Virgin) => "virgin",
        (Request.Adopt, Answer.Nack or Answer.NoAof) => was.State,
        (_, Answer.Voting) or (Request.Seed, Answer.Ok) => Voting,
        (Request.Probe or Request.Seed, _) => was.State,          // a non-voter before and after
        _ => Voting,
    };

    public string Sentence() => string.Join(", ", servers.Select(s => $"{s} {Shown(s).State}"));
}
