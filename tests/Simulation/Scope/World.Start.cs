using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>Where a scope begins, and what its moves are called.</summary>
internal sealed partial class World
{
    private readonly List<Move> _possible = [];

    /// <summary>The servers as <c>arbiter quorum seed</c> leaves them, then the steps of the scope's script.</summary>
    /// <exception cref="InvalidOperationException">A step of the script is not possible; says which are.</exception>
    public void Begin()
    {
        _messages.Clear();
        var ledger = new Ledger { Majority = Majority.Of(_n) };
        var names = Renaming.Letters[.._n];
        var old = Installed(1, names);
        ledger = ledger.Installed(Ballot.Of(1, 1, 9), old);
        var forced = _spec.Without > 0 ? Installed(2, string.Concat(names.Where((_, i) => (_spec.Without >> i & 1) == 0))) : null;
        if (forced is not null) ledger = ledger.Installed(Ballot.Of(2, 1, 9), forced);
        for (var s = 0; s < _n; s++)
        {
            var value = forced is not null && (_spec.Without >> s & 1) == 0 ? forced : old;
            _state[2 * _p + s] = Servers.Installed(names[s], Seeded(names[s].ToString(), value));
        }
        for (var p = 0; p < _p; p++)
        {
            _state[p] = Processes.Started(p);
            _state[_p + p] = (_spec.IsHeir(p) ? Unborn : 0) | (_spec.Timers[p] << Timers) | ((_spec.Waits.Length > p ? _spec.Waits[p] : 0) << Waits);
        }
        _state[_ledgerAt] = Ledgers.Of(ledger);
        _state[_budgetAt] = (_spec.Restarts << Restarts) | (_spec.Wipes << Wipes) | (_spec.Flushes << Flushes) | (_spec.Tails << Tails) | (_spec.Doubles << Doubles) | (_spec.Stops << Stops);
        _state[_secondsAt] = _spec.Seconds;
        _state[_lostAt] = 0;
        _hears = [.. Enumerable.Range(0, 1 << _n)];
        foreach (var step in _spec.Start) Play(step);
        _hears = _spec.Hears;
    }

    /// <summary>Everything of the script is beside the budget: what it does may be done again as often.</summary>
    private void Play(string step)
    {
        var (budget, seconds, may) = (_state[_budgetAt], _state[_secondsAt], _state.AsSpan(_p, _p).ToArray());
        _state[_budgetAt] |= 0x111111;
        _state[_secondsAt]++;
        for (var p = 0; p < _p; p++) _state[_p + p] |= (1 << Timers) | (1 << Waits);
        Moves(_possible);
        var move = _possible.Select(m => (Move?)m).FirstOrDefault(m => Describe(m!.Value) == step) ?? _possible.Select(m => (Move?)m).FirstOrDefault(m => Means(step, Describe(m!.Value)))
            ?? throw new InvalidOperationException($"the script of {_spec.Name} cannot go on with '{step}'; possible: {string.Join(" | ", _possible.Select(Describe).Where(IsPlain))}");
        if (move.Does != Does.Arrive) Note($"{Describe(move)}");
        if (!Take(move)) throw new InvalidOperationException($"the script of {_spec.Name} breaks {Broken} at '{step}'");
        (_state[_budgetAt], _state[_secondsAt], _state[_lostAt]) = (budget, seconds, 0);
        for (var p = 0; p < _p; p++) _state[_p + p] = (may[p] & ~(255 | Unborn)) | (_state[_p + p] & (255 | Unborn));
    }

    /// <summary>Begins so; after a star, ends so.</summary>
    private static bool Means(string step, string text) => step.Split('*') is [var first, .. var rest] && text.StartsWith(first, StringComparison.Ordinal)
        && (rest.Length == 0 || (text.EndsWith(rest[^1], StringComparison.Ordinal) && (step.Contains("unheard", StringComparison.Ordinal) || !text.Contains("unheard", StringComparison.Ordinal))));

    private static bool IsPlain(string text) => !text.Contains("hears", StringComparison.Ordinal) && !text.Contains("unheard", StringComparison.Ordinal) && !text.EndsWith("again", StringComparison.Ordinal);

    private RegisterValue Installed(long generation, string servers) => new()
    {
        Cluster = "scope", Gen = generation, Cfg = servers.ToImmutableSortedDictionary(n => n.ToString(), n => $"{n}{(generation == 1 ? "0" : "g")}", StringComparer.Ordinal), Leader = null, Term = 0, Seq = 0,
        LeaseMs = (long)_spec.Settings.Lease.TotalMilliseconds, Rev = 0, Groups = ImmutableSortedDictionary.Create<string, GroupEntry>(StringComparer.Ordinal), Outbox = Outbox.Empty,
    };

    private AcceptorModel Seeded(string name, RegisterValue value)
    {
        var (model, ballot) = (new AcceptorModel(name) { Aof = _spec.Trust }, Ballot.Of(value.Gen, 1, 9));
        var ticket = model.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        model.Ask(new Request.Probe(value.Cfg.GetValueOrDefault(name, name + "0"), ballot, ticket));
        model.Ask(new Request.Seed(value.Cfg.GetValueOrDefault(name, name + "0"), ballot, value.ToJson()));
        return model;
    }

    public string Describe(Move move) => move.Does switch
    {
        Does.Timer => $"{NameOf(move.Who)} timer{Hears(move.Bits)}",
        Does.Wait => $"{NameOf(move.Who)} waits{Hears(move.Bits)}",
        Does.Arrive => $"{Address(move.Message)} {Text.Of(Messages[move.Message].Request, _canonical)}{((move.Bits & Move.Heard) != 0 ? "" : " unheard")}{((move.Bits & Move.Again) != 0 ? " again" : "")}",
        Does.Return => $"{Address(move.Message)} {Text.Of(Messages[move.Message].Request, _canonical)} is answered {Text.Of(Messages[move.Message].Answer!)}",
        Does.Lose => $"{Renaming.Letters[move.Who]} {(Loss)move.Bits switch { Loss.Restart => "restarts", Loss.Wipe => "restarts empty", Loss.Flush => "is flushed", _ => "restarts without its newest write" }}",
        Does.Stop => $"{NameOf(move.Who)} is asked to stop",
        Does.Kill => $"{NameOf(move.Who)} is killed, {NameOf(_spec.Heirs[move.Who])} begins in its place",
        _ => $"a second passes{(_spec.ClockError ? $", fast for {(move.Bits == 0 ? "nobody" : string.Join(' ', Enumerable.Range(0, _p).Where(p => (move.Bits >> p & 1) != 0).Select(NameOf)))}" : "")}",
    };

    private string Address(int message) => $"{NameOf(Messages[message].From)}>{Renaming.Letters[Messages[message].Server]}";

    private string Hears(byte bits) => bits == (1 << _n) - 1 ? "" : bits == 0 ? ", hears nobody" : $", hears {string.Join(' ', Enumerable.Range(0, _n).Where(s => (bits >> s & 1) != 0).Select(s => Renaming.Letters[s]))}";
}
