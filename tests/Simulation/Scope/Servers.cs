using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>How a server loses its memory.</summary>
internal enum Loss { Restart, Wipe, Flush, Tail }

/// <summary>One server's memory.</summary>
/// <param name="Older">As it was before its newest write; null where no scope asks.</param>
/// <param name="Lives">Restarts so far: a run id is never used again.</param>
internal sealed record Memory(AcceptorModel Model, AcceptorModel? Older, int Lives);

/// <summary>Every memory a server was ever met with, by number, and what each makes of each question: the production twin of the scripts, asked once.</summary>
internal sealed class Servers(Spec spec, Canonical canonical, Renaming[] renamings, Messages messages)
{
    public sealed record Entry(Memory Memory, Hash128[] Hashes, Reply Look)
    {
        public bool Votes => Look.Answer == Answer.Ok;
    }

    public readonly record struct Step(int Next, Reply Reply, int ReplyId, string? Broken);

    private readonly List<Entry> _all = [];
    private readonly Dictionary<Hash128, int> _numbers = [];
    private readonly Dictionary<(int Server, int Message), Step> _steps = [];
    private readonly Dictionary<(int Server, Ballot Known), int> _reads = [];
    private readonly Dictionary<(int Server, Loss Loss), int> _losses = [];
    private readonly Dictionary<char, Memory> _first = [];

    public Entry this[int number] => _all[number];

    public int Count => _all.Count;

    public int Installed(char name, AcceptorModel model)
    {
        _first[name] = new Memory(model, spec.Tails > 0 ? model : null, 1);
        return Of(_first[name]);
    }

    public int Read(int server, Ballot known)
    {
        if (_reads.TryGetValue((server, known), out var reply)) return reply;
        return _reads[(server, known)] = messages.Of(_all[server].Memory.Model.Ask(new Request.Read(known)));
    }

    public Step Ask(int server, int message)
    {
        if (_steps.TryGetValue((server, message), out var step)) return step;
        var before = _all[server];
        var model = Copies.Of(before.Memory.Model);
        var request = messages[message].Request;
        var reply = request switch
        {
            Request.Accept accept when spec.Planted.NoBallotCheck => Careless.Accept(model, accept),
            Request.Probe probe when spec.Planted.NoTickets => Careless.Probe(model, probe),
            _ => model.Ask(request),
        };
        var wrote = reply.Answer == Answer.Ok && request is Request.Prepare or Request.Accept or Request.Seed;
        var next = Of(before.Memory with { Model = model, Older = wrote && spec.Tails > 0 ? before.Memory.Model : before.Memory.Older });
        return _steps[(server, message)] = new Step(next, reply, messages.Of(reply), Decreased(before.Look, _all[next].Look));
    }

    /// <summary>R2: what was promised and accepted never decreases within one incarnation, and nothing above the promise is accepted.</summary>
    private static string? Decreased(Reply was, Reply now) => now.Answer != Answer.Ok ? null
        : now.Accepted > now.Promised ? $"R2: a server accepted {now.Accepted} above its promise {now.Promised}"
        : was.Answer == Answer.Ok && was.RunId == now.RunId && was.Incarnation == now.Incarnation && (now.Promised < was.Promised || now.Accepted < was.Accepted)
            ? $"R2: a server went back from {was.Promised}/{was.Accepted} to {now.Promised}/{now.Accepted}" : null;

    public int Lose(int server, char name, Loss loss)
    {
        if (_losses.TryGetValue((server, loss), out var known)) return known;
        var was = _all[server].Memory;
        Memory now;
        if (spec.Planted.SilentRejoin)
        {
            // it goes on voting with what it has, as in Gryadka: an emptied one as if it had never promised anything
            now = loss switch { Loss.Restart => was, Loss.Tail => was with { Model = was.Older! }, _ => _first[name] };
        }
        else
        {
            var model = Copies.Of(loss == Loss.Tail ? was.Older! : was.Model);
            var lives = loss == Loss.Flush ? was.Lives : was.Lives + 1;
            if (loss is Loss.Wipe or Loss.Flush) model.Flush();
            while (loss != Loss.Flush && model.Run != $"{name}-run{lives}") model.Restart();
            now = new Memory(model, was.Older is null ? null : model, lives);
        }
        return _losses[(server, loss)] = Of(now);
    }

    private int Of(Memory memory)
    {
        var hash = HashOf(memory, renamings[0]);
        if (_numbers.TryGetValue(hash, out var known)) return known;
        var look = Copies.Of(memory.Model).Ask(new Request.Read(Ballot.None));
        _all.Add(new Entry(memory, [.. renamings.Select((r, i) => i == 0 ? hash : HashOf(memory, r))], look));
        return _numbers[hash] = _all.Count - 1;
    }

    private Hash128 HashOf(Memory memory, Renaming names) => canonical.Hash(memory, Moment.None, names);
}

/// <summary>A server's own rules switched off.</summary>
internal static class Careless
{
    /// <summary>Takes every ACCEPT, whatever was promised.</summary>
    public static Reply Accept(AcceptorModel model, Request.Accept accept)
    {
        var reply = model.Ask(accept);
        if (reply.Answer != Answer.Nack) return reply;
        model.Ask(new Request.Retire(accept.Incarnation, Ballot.Of(Ballot.MaxPart, Ballot.MaxPart, ulong.MaxValue)));
        var ticket = model.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        model.Ask(new Request.Probe(accept.Incarnation, accept.Ballot, ticket));
        model.Ask(new Request.Seed(accept.Incarnation, accept.Ballot, accept.Value));
        return new Reply(Answer.Ok) { Incarnation = accept.Incarnation };
    }

    /// <summary>A question of an earlier life is taken, and a loss of memory does not show.</summary>
    public static Reply Probe(AcceptorModel model, Request.Probe probe)
    {
        var ticket = model.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        var reply = model.Ask(probe.NewIncarnation.Length == 0 ? probe : probe with { Ticket = ticket });
        return reply.Ticket.Length > 0 ? reply with { Ticket = "ticket" } : reply;
    }
}
