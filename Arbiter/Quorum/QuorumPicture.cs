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

    /// <summary>Every server answers and has no state.</summary>
    public bool AllVirgin => _servers.Values.All(s => s.State == "virgin");

    public bool AllHeard => _servers.Values.All(s => s.State != Unheard);

    public void Note(string server, Request request, Reply reply)
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
        var now = was with { State = state, LatencyMs = latency, Detail = reply.Detail };
        if (reply.Answer is Answer.Virgin) now = now with { Incarnation = null, Promised = null, Accepted = null };
        if (reply.RunId.Length > 0) now = now with { RunId = reply.RunId };
        if (reply.Incarnation.Length > 0) now = now with { Incarnation = reply.Incarnation };
        if (!reply.Promised.IsNone) now = now with { Promised = reply.Promised.Text };
        if (!reply.Accepted.IsNone) now = now with { Accepted = reply.Accepted.Text };
        if (request is Request.Accept accept && reply.Answer == Answer.Ok)
            now = now with { Promised = accept.Next.Text, Accepted = accept.Ballot.Text };
        if (reply.Answer == Answer.Inc) now = now with { Detail = "its incarnation is not the one in the register: it does not count until the register is seeded anew" };
        _servers[server] = now;
    }

    public string Sentence() => string.Join(", ", servers.Select(s => $"{s} {_servers[s].State}"));
}
