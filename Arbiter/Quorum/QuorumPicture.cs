using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>What each server last said of itself, for people and for "does a majority vote".</summary>
internal sealed class QuorumPicture(ImmutableArray<string> servers)
{
    public const string Voting = "voting";
    public const string Unheard = "not asked yet";

    private readonly Dictionary<string, AcceptorStatus> _servers =
        servers.ToDictionary(s => s, s => new AcceptorStatus(s, Unheard, null, null, null, null, null, null));

    public ImmutableArray<AcceptorStatus> Acceptors => [.. servers.Select(s => _servers[s])];

    public bool MajorityVotes => _servers.Values.Count(s => s.State == Voting) >= Majority.Of(servers.Length);

    /// <summary>How many voting servers last said that this ballot is their accepted one.</summary>
    public int Holding(Ballot ballot) => _servers.Values.Count(s => s.State == Voting && s.Accepted == ballot.Text);

    /// <summary>Every server answers and has no state.</summary>
    public bool AllVirgin => _servers.Values.All(s => s.State == "virgin");

    public bool AllHeard => _servers.Values.All(s => s.State != Unheard);

    public void Note(string server, Request request, Reply reply, TimeSpan now)
    {
        var was = _servers[server];
        var latency = reply.Latency is { } took ? Math.Round(took.TotalMilliseconds, 2) : was.LatencyMs;
        var state = reply.Answer switch
        {
            Answer.Restarted => "restarted",
            Answer.Virgin => "virgin",
            Answer.None => reply.Error.Length == 0 ? "timeout" : reply.Error,
            _ => Voting,
        };
        var noted = was with { State = state, LatencyMs = latency, Detail = reply.Detail, HeardAt = reply.Answer == Answer.None ? was.HeardAt : now };
        if (reply.Answer is Answer.Virgin) noted = noted with { Incarnation = null, Promised = null, Accepted = null };
        if (reply.RunId.Length > 0) noted = noted with { RunId = reply.RunId };
        if (reply.Incarnation.Length > 0) noted = noted with { Incarnation = reply.Incarnation };
        if (!reply.Promised.IsNone) noted = noted with { Promised = reply.Promised.Text };
        if (!reply.Accepted.IsNone) noted = noted with { Accepted = reply.Accepted.Text };
        if (request is Request.Accept accept && reply.Answer == Answer.Ok)
            noted = noted with { Promised = accept.Next.Text, Accepted = accept.Ballot.Text };
        if (reply.Answer == Answer.Inc) noted = noted with { Detail = "its incarnation is not the one in the register: it does not count until the register is seeded anew" };
        _servers[server] = noted;
    }

    public string Sentence() => string.Join(", ", servers.Select(s => $"{s} {_servers[s].State}"));
}
