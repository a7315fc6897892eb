using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>Every ledger that was ever met, by number, and what each event makes of it.</summary>
internal sealed class Ledgers(Canonical canonical, Renaming[] renamings, Messages messages)
{
    private sealed record Entry(Ledger Ledger, Hash128[] Hashes);

    private readonly List<Entry> _all = [];
    private readonly Dictionary<Hash128, int> _numbers = [];
    private readonly Dictionary<(int Ledger, int Effect), (int Next, string? Broken)> _outcomes = [];
    private readonly Dictionary<(int Ledger, int Message, int Reply), (int Next, string? Broken)> _taken = [];

    public Ledger this[int number] => _all[number].Ledger;

    public int Count => _all.Count;

    public Hash128 Hash(int number, int renaming) => _all[number].Hashes[renaming];

    public int Of(Ledger ledger)
    {
        var hash = canonical.Hash(ledger, Moment.None, renamings[0]);
        if (_numbers.TryGetValue(hash, out var known)) return known;
        _all.Add(new Entry(ledger, [.. renamings.Select((r, i) => i == 0 ? hash : canonical.Hash(ledger, Moment.None, r))]));
        return _numbers[hash] = _all.Count - 1;
    }

    /// <summary>A process did this.</summary>
    public (int Next, string? Broken) Did(int ledger, int process, Effect outcome)
    {
        if (outcome.Sends.Length == 0 && outcome.Gained.Length == 0) return (ledger, null);
        if (_outcomes.TryGetValue((ledger, outcome.Id), out var known)) return known;
        return _outcomes[(ledger, outcome.Id)] = Judge(() =>
        {
            var next = _all[ledger].Ledger;
            foreach (var gained in outcome.Gained) next = next.Gained(process, gained);
            foreach (var number in outcome.Sends)
            {
                var request = messages[number].Request;
                var json = request switch { Request.Accept a => a.Value, Request.Seed s => s.Value, _ => null };
                if (json is not null) next = next.Sends(process, request, outcome.Sending, canonical.Parse(json) ?? throw new Broken("P1", "a value that cannot be read was sent"));
            }
            return next;
        });
    }

    /// <summary>A server said yes to this.</summary>
    public (int Next, string? Broken) Took(int ledger, int message, int reply)
    {
        if (messages[message].Request is not (Request.Accept or Request.Seed)) return (ledger, null);
        if (_taken.TryGetValue((ledger, message, reply), out var known)) return known;
        return _taken[(ledger, message, reply)] = Judge(() =>
            _all[ledger].Ledger.Took(Renaming.Letters[messages[message].Server].ToString(), messages[message].Request, messages.Reply(reply).Incarnation));
    }

    private (int, string?) Judge(Func<Ledger> next)
    {
        try
        {
            return (Of(next()), null);
        }
        catch (Broken broken)
        {
            return (-1, broken.Message);
        }
    }
}
