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

    private sealed class Known(string address)
    {
        public readonly string Address = address;
        public Confirmed Confirmed;
        /// <summary>The newest question, and what was confirmed before it was sent: an answer to it cannot say less, however late it comes.</summary>
        public Request? Asked;
        public Confirmed Before;
        public string? Run;
        public bool Regressed;
    }

    private readonly Known[] _servers = [.. servers.Select(s => new Known(s))];

    public bool IsRegressed(string server) => Of(server).Regressed;

    /// <summary>A server of an earlier life shows less than it confirmed then: its disk forgot.</summary>
    public bool HasLost(string server, Reply reply) => reply.Answer is Answer.Restarted && Of(server).Confirmed is var known
        && known.Incarnation == reply.Incarnation && (reply.Promised < known.Promised || reply.Accepted < known.Accepted);

    public void Asked(string server, Request.Read read)
    {
        var known = Of(server);
        (known.Asked, known.Before) = (read, known.Confirmed);
    }

    public Reply Check(string server, Request request, Reply reply)
    {
        var known = Of(server);
        if (reply.RunId.Length > 0)
        {
            known.Run = reply.RunId;
            if (TwinOf(known) is { } twin)
                return Reply.NoAnswer(SameServer, $"{server} and {twin} are one and the same Redis server: each vote needs a server of its own");
        }
        if (request is Request.Seed seed && reply.Answer == Answer.Ok) known.Confirmed = new Confirmed(seed.NewIncarnation, seed.Ballot, seed.Ballot);
        if (request is not (Request.Read or Request.Prepare or Request.Accept)) return reply;
        if (reply.Answer is Answer.Restarted or Answer.Virgin) known.Regressed = false;
        if (reply.Incarnation.Length == 0 || reply.Answer is Answer.Restarted) return reply;

        var confirmed = known.Confirmed;
        if (confirmed.Incarnation != reply.Incarnation)
        {
            confirmed = new Confirmed(reply.Incarnation, Ballot.None, Ballot.None);
            known.Regressed = false;
        }
        if (request is Request.Read && reply.Answer == Answer.Ok && ReferenceEquals(known.Asked, request)
            && known.Before.Incarnation == reply.Incarnation && (reply.Promised < known.Before.Promised || reply.Accepted < known.Before.Accepted))
            known.Regressed = true;
        if (known.Regressed)
            return Reply.NoAnswer(Regressed, "it says less than it confirmed before: its memory was set back (a snapshot of the machine?), so it does not count until the leader has taken it back");

        var (promised, accepted) = (request, reply.Answer) switch
        {
            (Request.Accept accept, Answer.Ok) => (accept.Next, accept.Ballot),
            (Request.Prepare prepare, Answer.Ok) => (prepare.Ballot, reply.Accepted),
            _ => (reply.Promised, reply.Accepted),
        };
        known.Confirmed = confirmed with { Promised = Highest(confirmed.Promised, promised), Accepted = Highest(confirmed.Accepted, accepted) };
        return reply;
    }

    /// <exception cref="KeyNotFoundException">It is no server of this quorum.</exception>
    private Known Of(string server)
    {
        foreach (var one in _servers)
            if (one.Address == server) return one;
        throw new KeyNotFoundException(server);
    }

    /// <summary>One before it in the list that has the same run id.</summary>
    private string? TwinOf(Known server)
    {
        foreach (var other in _servers)
        {
            if (ReferenceEquals(other, server)) return null;
            if (other.Run == server.Run) return other.Address;
        }
        return null;
    }

    private static Ballot Highest(Ballot a, Ballot b) => a > b ? a : b;
}
