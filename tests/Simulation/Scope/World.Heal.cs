namespace Simulation.Scope;

/// <summary>What must come by itself.</summary>
internal sealed partial class World
{
    private const int Rounds = 24;

    /// <summary>
    /// From here on nothing fails: every timer fires in turn, everything arrives and is heard. Null when every server comes to vote as the register
    /// knows it; otherwise what is stuck.
    /// </summary>
    public string? Heal()
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (Stuck() is null) return null;
            for (var p = 0; p < _p; p++)
            {
                if (!Lives(p)) continue;
                // who followed for several rounds has waited long enough, one after the other
                var does = Process(p).Role == "Following" && round % 4 == 3 && round / 4 % _p == p ? Does.Wait : Does.Timer;
                _state[_p + p] += 1 << (does == Does.Timer ? Timers : Waits);
                if (Notes is not null) Note($"{NameOf(p)} {(does == Does.Wait ? "waits" : "timer")}");
                if (!Take(new Move(does, (byte)p, (byte)((1 << _n) - 1), 0))) return Broken;
                for (var most = 200; _messages.Count > 0 && most > 0; most--)
                    if (!Take(new Move(Does.Arrive, 0, Move.Heard, _messages[0]))) return Broken;
            }
        }
        return Stuck() is { } stuck ? $"H3: {stuck}" : null;
    }

    /// <summary>A server that does not vote, or that votes with an incarnation that the register does not know.</summary>
    private string? Stuck()
    {
        var cfg = Ledgers[_state[_ledgerAt]].Standing?.Cfg;
        for (var s = 0; s < _n; s++)
        {
            var name = Renaming.Letters[s].ToString();
            var (entry, knows) = (Server(s), cfg?.GetValueOrDefault(name) ?? "nothing");
            if (!entry.Votes) return $"{name} can never vote again: it is {entry.Look.Answer.ToString().ToLowerInvariant()}";
            if (entry.Look.Incarnation != knows) return $"{name} can never vote again: it votes with {entry.Look.Incarnation}, the register knows {knows}";
        }
        return null;
    }
}
