using System.Security.Cryptography;
using System.Text;

namespace Arbiter.Quorum;

/// <summary>One statement as the server runs it: the common head, the body, and on Redis 7 the flag that lets it run above maxmemory.</summary>
internal sealed record LuaScript(string Text, string Sha)
{
    public static LuaScript Load(string name, bool flags)
    {
        // Reading is flagged too: a server that takes no writes (MISCONF, READONLY) then says so at every question. A server before 7 takes the
        // first line for a syntax error.
        var prefix = flags ? "#!lua flags=allow-oom\n" : "";
        var text = prefix + Resource("head") + Resource(name);
#pragma warning disable CA5350 // the server's own name of a script is its SHA-1
        return new LuaScript(text, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text))));
#pragma warning restore CA5350
    }

    private static string Resource(string name)
    {
        using var stream = typeof(LuaScript).Assembly.GetManifestResourceStream($"lua/{name}")
            ?? throw new InvalidOperationException($"the program was built without the script {name}.lua");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

internal sealed record LuaScripts(LuaScript Read, LuaScript Prepare, LuaScript Accept, LuaScript Probe, LuaScript Seed, LuaScript Retire, LuaScript Adopt)
{
    /// <summary>An answer that no statement gives.</summary>
    public const string BadReply = "BADREPLY";

    public static LuaScripts Plain { get; } = Load(false);

    /// <summary>For Redis 7 and later.</summary>
    public static LuaScripts Flagged { get; } = Load(true);

    private static LuaScripts Load(bool flags) => new(
        LuaScript.Load("read", flags), LuaScript.Load("prepare", flags), LuaScript.Load("accept", flags),
        LuaScript.Load("probe", flags), LuaScript.Load("seed", flags), LuaScript.Load("retire", flags), LuaScript.Load("adopt", flags));

    /// <summary>The statement for a question, and its arguments.</summary>
    public (LuaScript Script, string[] Arguments) For(Request request) => request switch
    {
        Request.Read read => (Read, [read.Known.Text]),
        Request.Prepare prepare => (Prepare, [prepare.Ballot.Text]),
        Request.Accept accept => (Accept, [accept.Ballot.Text, accept.Next.Text, accept.Value, accept.Incarnation]),
        Request.Probe probe => (Probe, [probe.NewIncarnation, probe.Ballot.Text, probe.Ticket]),
        Request.Seed seed => (Seed, [seed.NewIncarnation, seed.Ballot.Text, seed.Value]),
        Request.Retire retire => (Retire, [retire.StaleIncarnation, retire.Ballot.Text]),
        Request.Adopt adopt => (Adopt, [adopt.Incarnation, adopt.Accepted.Text]),
        _ => throw new InvalidOperationException($"{request.GetType().Name} is no question to an acceptor"),
    };

    /// <summary>Reads a statement's answer; anything unexpected is no answer.</summary>
    public static Reply Parse(Request request, IReadOnlyList<string> said)
    {
        string At(int i) => i < said.Count ? said[i] : "";
        if (!TryBallots(request, At, out var promised, out var accepted)) return Reply.NoAnswer(BadReply, "the server's ballots are no ballots: is the key used by another program?");
        return (request, At(0)) switch
        {
            (_, "VIRGIN") => new Reply(Answer.Virgin) { RunId = At(1) },
            (Request.Read, "OK" or "RESTARTED") => new Reply(At(0) == "OK" ? Answer.Ok : Answer.Restarted)
            {
                RunId = At(1), Incarnation = At(2), Promised = promised, Accepted = accepted, Value = At(5),
            },
            (_, "RESTARTED") => new Reply(Answer.Restarted) { RunId = At(1) },
            (_, "VOTING") => new Reply(Answer.Voting) { Incarnation = At(1) },
            (_, "TICKET") => new Reply(Answer.Ticket) { RunId = At(1), Ticket = At(2) },
            (_, "NOPROBE") => new Reply(Answer.NoProbe) { RunId = At(1) },
            (_, "NOAOF") => new Reply(Answer.NoAof) { RunId = At(1) },
            (_, "INC") => new Reply(Answer.Inc) { Incarnation = At(1) },
            (_, "NACK") => new Reply(Answer.Nack) { Incarnation = At(1), Promised = promised },
            (Request.Prepare, "OK") => new Reply(Answer.Ok) { Incarnation = At(1), Accepted = accepted, Value = At(3) },
            (Request.Probe, "OK") => new Reply(Answer.Ok) { RunId = At(1), Ticket = At(2), Promised = promised, Accepted = accepted, Value = At(5) },
            (Request.Seed, "OK") => new Reply(Answer.Ok) { RunId = At(1) },
            (Request.Accept or Request.Retire or Request.Adopt, "OK") => new Reply(Answer.Ok) { Incarnation = At(1) },
            _ => Reply.NoAnswer(BadReply, $"the server answered '{At(0)}'"),
        };
    }

    private static bool TryBallots(Request request, Func<int, string> at, out Ballot promised, out Ballot accepted)
    {
        var (p, a) = (request, at(0)) switch
        {
            (_, "NACK") => (at(2), ""),
            (Request.Read, "OK" or "RESTARTED") => (at(3), at(4)),
            (Request.Prepare, "OK") => ("", at(2)),
            (Request.Probe, "OK") => (at(3), at(4)),
            _ => ("", ""),
        };
        accepted = default;
        return Ballot.TryParse(p, out promised) && Ballot.TryParse(a, out accepted);
    }
}
