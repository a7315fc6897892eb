using System.Globalization;
using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

public sealed class TrialTests
{
    [Fact]
    public void Trial()
    {
        foreach (var block in File.ReadAllText("/tmp/trial.txt").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => l[0] != '#').ToArray();
            if (lines.Length == 0) continue;
            var spec = new Spec(lines[0], "", [1, 1]);
            var (states, start, rule) = (300_000L, new List<string>(), "");
            foreach (var line in lines.Skip(1))
            {
                if (line[0] == '-') { start.Add(line[1..].Trim()); continue; }
                var (key, value) = (line.Split('=')[0].Trim(), line.Split('=')[1].Trim());
                if (key == "states") states = long.Parse(value, CultureInfo.InvariantCulture);
                else if (key == "rule") rule = value;
                else
                {
                    var property = typeof(Spec).GetProperty(key)!;
                    object o = property.PropertyType == typeof(int[]) ? (object)value.Split(',').Select(int.Parse).ToArray() : property.PropertyType == typeof(bool) ? (object)bool.Parse(value) : property.PropertyType == typeof(long) ? (object)long.Parse(value, CultureInfo.InvariantCulture) : (object)int.Parse(value, CultureInfo.InvariantCulture);
                    property.SetValue(spec, o);
                }
            }
            if (rule.Length > 0)
            {
                var planted = new Planted();
                if (typeof(Planted).GetProperty(rule) is { } own) own.SetValue(planted, true);
                else if (rule == "ShortWait") planted = planted with { Settings = s => s with { ClockRate = -0.3 } };
                else { var code = new Deviations(); typeof(Deviations).GetProperty(rule)!.SetValue(code, true); planted = planted with { Code = code }; }
                spec = spec with { Planted = planted };
            }
            spec = spec with { Start = [.. start] };
            try
            {
                if (states < 10)
                {
                    var world = new World(spec) { Notes = [] };
                    try { world.Begin(); } finally { foreach (var line in world.Notes) Console.WriteLine("  " + line); }
                    var moves = new List<Move>();
                    world.Moves(moves);
                    Console.WriteLine(string.Join(" | ", moves.Select(world.Describe)));
                    continue;
                }
                var found = new Search(spec).Run(states, spec.CiDepth, TimeSpan.FromSeconds(60));
                Console.WriteLine(found);
                foreach (var line in found.Trail) Console.WriteLine("  " + line);
            }
            catch (InvalidOperationException e) { Console.WriteLine($"{spec.Name}: {e.Message}"); }
        }
    }
}
