using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>
/// Answers that must not be believed become no answer, with a name: <see cref="Regressed"/> of a server that says less than it confirmed before
/// in the same life (a snapshot of the running machine was restored: the one loss of memory that a server cannot see itself), and
/// <see cref="SameServer"/> when two addresses lead to one server, which would have two votes.
/// </summary>
internal sealed class ReplyCheck(ImmutableArray<string> servers)
{
    public const string Regressed = "regressed";
    public const string SameServer = "SAMESERVER";

    private readonly record struct Confirmed(string Incarnation, Ballot Promised, Ballot Accepted);

    private readonly Dictionary<string, Confirmed> _confirmed = [];
    /// <summary>What was confirmed before the newest question was sent: an answer to it cannot say less, however late it comes.</summary>
    private readonly Dictionary<string, (Request Request, Confirmed Before)> _asked = [];
    private readonly Dictionary<string, string> _runs = [];
    private readonly HashSet<string> _regressed = [];

    public bool IsRegressed(string server) => _regressed.Contains(server);

    /// <summary>A server of an earlier life shows less than it confirmed then: its disk forgot.</summary>
    public bool HasLost(string server, Reply reply) => reply.Answer is Answer.Restarted && _confirmed.GetValueOrDefault(server) is var known
        && known.Incarnation == reply.Incarnation && (reply.Promised < known.Promised || reply.Accepted < known.Accepted);

    public void Asked(string server, Request.Read read) => _asked[server] = (read, _confirmed.GetValueOrDefault(server));

    public Reply Check(string server, Request request, Reply reply)
    {
        if (reply.RunId.Length > 0)
        {
            _runs[server] = reply.RunId;
            if (TwinOf(server, reply.RunId) is { } twin)
                return Reply.NoAnswer(SameServer, $"{server} and {twin} are one and the same Redis server: each vote needs a server of its own");
        }
        if (request is Request.Seed seed && reply.Answer == Answer.Ok) _confirmed[server] = new Confirmed(seed.NewIncarnation, seed.Ballot, seed.Ballot);
        if (request is not (Request.Read or Request.Prepare or Request.Accept)) return reply;
        if (reply.Answer is Answer.Restarted or Answer.Virgin) _regressed.Remove(server);
        if (reply.Incarnation.Length == 0 || reply.Answer is Answer.Restarted) return reply;

        var known = _confirmed.GetValueOrDefault(server);
        if (known.Incarnation != reply.Incarnation)
        {
            known = new Confirmed(reply.Incarnation, Ballot.None, Ballot.None);
            _regressed.Remove(server);
        }
        if (request is Request.Read && reply.Answer == Answer.Ok && _asked.TryGetValue(server, out var asked) && ReferenceEquals(asked.Request, request)
            && asked.Before.Incarnation == reply.Incarnation && (reply.Promised < asked.Before.Promised || reply.Accepted < asked.Before.Accepted))
            _regressed.Add(server);
        if (_regressed.Contains(server))
            return Reply.NoAnswer(Regressed, "it says less than it confirmed before: its memory was set back (a snapshot of the machine?), so it does not count until the leader has taken it back");

        var (promised, accepted) = (request, reply.Answer) switch
        {
            (Request.Accept accept, Answer.Ok) => (accept.Next, accept.Ballot),
            (Request.Prepare prepare, Answer.Ok) => (prepare.Ballot, reply.Accepted),
            _ => (reply.Promised, reply.Accepted),
        };
        _confirmed[server] = known with { Promised = Highest(known.Promised, promised), Accepted = Highest(known.Accepted, accepted) };
        return reply;
    }

    private string? TwinOf(string server, string run)
    {
        foreach (var other in servers)
        {
            if (other == server) return null;
            if (_runs.TryGetValue(other, out var its) && its == run) return other;
        }
        return null;
    }

    private static Ballot Highest(Ballot a, Ballot b) => a > b ? a : b;
}
