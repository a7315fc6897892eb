using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>
/// <c>quorum.restartTrust: aof-always</c>: while fewer than a majority vote, restarted servers whose disk forgot nothing vote again with what they
/// kept, once they and the voters are a majority. Nothing needs to be waited for, and no missing server matters: nobody forgot anything. That
/// the disk forgets nothing is a person's word; what can be seen of it is looked at (the append-only file is on; nothing is missing that this
/// process saw confirmed; the incarnation is the one of the newest value). Message in, messages out; no clock, no I/O.
/// </summary>
internal sealed class RestartTrust(ImmutableArray<string> servers)
{
    /// <param name="Value">Null: the one that this process knows already.</param>
    /// <param name="Refused">Why it is not trusted for the rest of this life.</param>
    private sealed record Kept(string Run, string Incarnation, Ballot Accepted, RegisterValue? Value, string? Missing, string? Refused);

    private readonly Dictionary<string, Kept> _kept = [];

    /// <summary>Takes an answer to a read: what a restarted server has.</summary>
    /// <param name="missing">It shows less than it confirmed to this process.</param>
    public void Read(string server, Reply reply, bool missing)
    {
        if (reply.Answer is Answer.None) return;
        if (reply.Answer is not Answer.Restarted || reply.Error.Length > 0)
        {
            _kept.Remove(server);
            return;
        }
        var was = _kept.GetValueOrDefault(server);
        var same = was is not null && was.Run == reply.RunId && was.Accepted == reply.Accepted && was.Incarnation == reply.Incarnation;
        // one that is left out is the one that whoever asked knows; one that cannot be read is trusted by nobody
        var value = same ? was!.Value : null;
        if (reply.Value.Length > 0 && value is null && !RegisterValue.TryParse(reply.Value, out value, out _))
        {
            _kept.Remove(server);
            return;
        }
        _kept[server] = new Kept(reply.RunId, reply.Incarnation, reply.Accepted, value,
            missing ? "its disk lost what it had confirmed: 'appendfsync always' is not true of it" : null, same ? was!.Refused : null);
    }

    /// <summary>Takes an answer to ADOPT. True: it votes.</summary>
    public bool Answered(string server, Reply reply)
    {
        if (reply.Answer is Answer.Ok or Answer.Voting) return _kept.Remove(server) && reply.Answer is Answer.Ok;
        if (!_kept.TryGetValue(server, out var kept)) return false;
        _kept[server] = kept with { Refused = reply.Answer switch
        {
            Answer.NoAof => "its append-only file is off (aof_enabled:0)",
            Answer.Nack => "its vote was withdrawn, or changed meanwhile",
            _ => kept.Refused,
        } };
        return false;
    }

    /// <summary>Whom to ask now; nobody while that would make no majority.</summary>
    /// <param name="votes">The incarnation under which a server votes; null when it does not.</param>
    public ImmutableArray<Envelope> Ask(RegisterValue? seen, Ballot ballot, Func<string, string?> votes)
    {
        foreach (var server in servers)
            if (_kept.TryGetValue(server, out var kept) && kept.Value is { } value && kept.Accepted > ballot) (seen, ballot) = (value, kept.Accepted);
        if (seen is null) return [];
        ImmutableArray<string> trusted = [.. servers.Where(s => _kept.TryGetValue(s, out var kept) && kept is { Missing: null, Refused: null } && seen.Cfg.GetValueOrDefault(s) == kept.Incarnation)];
        var voting = servers.Count(s => votes(s) is { } incarnation && seen.Cfg.GetValueOrDefault(s) == incarnation);
        return voting + trusted.Length < Majority.Of(servers.Length) ? [] : [.. trusted.Select(s => new Envelope(s, new Request.Adopt(_kept[s].Incarnation, _kept[s].Accepted)))];
    }

    /// <summary>Why a server is not trusted, for people; null when nothing is against it.</summary>
    public string? Describe(string server) =>
        _kept.TryGetValue(server, out var kept) && (kept.Missing ?? kept.Refused) is { } why ? $"is not trusted with what it kept (quorum.restartTrust): {why}" : null;
}
