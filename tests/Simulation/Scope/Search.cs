using System.Diagnostics;

namespace Simulation.Scope;

/// <param name="Depth">Steps to the farthest state looked at, after those of the script.</param>
/// <param name="Exhausted">There is nothing else within the scope's bounds.</param>
/// <param name="Trail">The shortest way to what is broken, as text.</param>
internal sealed record Found(Spec Spec, long States, long Steps, int Depth, bool Exhausted, string? Broken, IReadOnlyList<string> Trail, int Locals, TimeSpan Took)
{
    public override string ToString() => FormattableString.Invariant(
        $"{Spec.Name}: {States} states, depth {Depth}, {(Broken is not null ? "BROKEN " + Broken : Exhausted ? "exhausted" : "not exhausted")}, {Steps} steps of {Locals} local ones, {Took.TotalSeconds:0.0} s");
}

/// <summary>
/// Breadth first over everything a scope allows, so that what is found is found by the shortest way. A state is kept as its hash, the number of
/// the state before it and the move between; whole states only as long as they wait for their turn.
/// </summary>
internal sealed class Search(Spec spec)
{
    private readonly World _world = new(spec);
    private readonly Visited _visited = new();
    private readonly List<(int Before, ushort Move)> _ways = [];
    private readonly List<Move> _moves = [];
    private long _steps;

    /// <param name="deadline">Null: no limit of time.</param>
    public Found Run(long states, int depth, TimeSpan? deadline = null)
    {
        var watch = Stopwatch.StartNew();
        _world.Begin();
        List<(int[] State, int Number)> wave = [(_world.Freeze(), 0)], next = [];
        _visited.Add(_world.Key());
        _ways.Add((-1, 0));
        for (var level = 0; ; level++)
        {
            if (wave.Count == 0) return Result(level - 1, true, null, -1, watch);
            if (level == depth) return Result(level, false, null, -1, watch);
            foreach (var (state, number) in wave)
            {
                _world.Load(state);
                if (spec.MustHeal && _world.OnTheirWay.Count == 0)
                {
                    if (_world.Heal() is { } stuck) return Result(level, false, stuck, number, watch, healing: true);
                    _world.Load(state);
                }
                _world.Moves(_moves);
                for (var m = 0; m < _moves.Count; m++)
                {
                    if (m > 0) _world.Load(state);
                    _steps++;
                    var holds = _world.Take(_moves[m]);
                    if (!holds)
                    {
                        _ways.Add((number, (ushort)m));
                        return Result(level + 1, false, _world.Broken, _ways.Count - 1, watch);
                    }
                    // where things must come to rest, what is lost on its way is a rest of its own
                    if (!spec.MustHeal && _world.LeadsNowhere(state, _moves[m])) continue;
                    if (!_visited.Add(_world.Key())) continue;
                    _ways.Add((number, (ushort)m));
                    next.Add((_world.Freeze(), _ways.Count - 1));
                }
                if (_visited.Count >= states || (deadline is { } end && (_steps & 1023) < _moves.Count && watch.Elapsed >= end)) return Result(level, false, null, -1, watch);
            }
            (wave, next) = (next, wave);
            next.Clear();
        }
    }

    private Found Result(int depth, bool exhausted, string? broken, int last, Stopwatch watch, bool healing = false)
    {
        var took = watch.Elapsed;
        return new Found(spec, _visited.Count, _steps, depth, exhausted, broken, broken is null ? [] : Trail(last, broken, healing), _world.Processes.Effects, took);
    }

    /// <summary>The way there, taken once more with everything that was said and answered.</summary>
    private List<string> Trail(int last, string broken, bool healing)
    {
        List<ushort> way = [];
        for (var at = last; _ways[at].Before >= 0; at = _ways[at].Before) way.Add(_ways[at].Move);
        way.Reverse();
        List<string> told = [], notes = [];
        _world.Notes = told;
        if (spec.Start.Length > 0) told.Add("# the script that the scope begins with");
        _world.Begin();
        told.Add($"# found from here, {way.Count} steps");
        for (var i = 0; i < way.Count; i++)
        {
            _world.Moves(_moves);
            var move = _moves[way[i]];
            // a message tells itself, with its answer
            if (move.Does != Does.Arrive) told.Add(_world.Describe(move));
            _world.Take(move);
        }
        if (healing)
        {
            told.Add("# nothing is under way; then, whatever happens:");
            _world.Notes = notes;
            _world.Heal();
            told.AddRange(notes.TakeLast(12));
        }
        _world.Notes = null;
        told.Add(broken);
        return told;
    }
}
