using System.Diagnostics;
using System.Globalization;
using System.Text;
using Simulation.Hosts;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>Everything that can happen in small scopes of the register (docs/simulation.md).</summary>
[Collection(nameof(Alone))]
public sealed class ScopeTests
{
    /// <summary>Names one scope, or one rule that is off.</summary>
    private const string Variable = "SIMULATION_SCOPE";

    private const int LongDepth = 250;
    /// <summary>Of each, one for each processor at a time: about 1 GB.</summary>
    private const int LongStates = 4_000_000;

    private static string? One => Knobs.Text(Variable);

    private static double Minutes => Knobs.Minutes;

    /// <summary>SIMULATION_MINUTES=N goes beyond the bounds: all scopes together take about so long.</summary>
    [Fact]
    public void Every_scope_holds_every_invariant_within_its_bounds()
    {
        var watch = Stopwatch.StartNew();
        var share = TimeSpan.FromMinutes(Minutes) * Environment.ProcessorCount / Scopes.All.Count;
        var found = All(Scopes.All, spec => Minutes > 0 ? new Search(spec).Run(LongStates, LongDepth, share) : new Search(spec).Run(spec.CiStates, spec.CiDepth));
        Console.WriteLine(FormattableString.Invariant($"scopes: {found.Sum(f => f.States)} states in {watch.Elapsed.TotalSeconds:0.0} s\n{string.Join('\n', found.Select(f => "  " + f))}"));
        Assert.All(found, f => Assert.True(f.Broken is null, Describe(f)));
        // a scope that is looked at for a moment only says nothing
        Assert.All(found, f => Assert.True(f.Exhausted || Minutes > 0 || f.States >= f.Spec.CiStates, $"{f}"));
    }

    [Fact]
    public void Every_rule_that_is_off_is_found()
    {
        var watch = Stopwatch.StartNew();
        var found = All([.. RulesOff.All.Select(r => r.Spec)]);
        Console.WriteLine(FormattableString.Invariant($"rules off: {found.Sum(f => f.States)} states in {watch.Elapsed.TotalSeconds:0.0} s\n{string.Join('\n', found.Select(f => "  " + f))}"));
        Assert.All(RulesOff.All.Zip(found), pair => Assert.True(pair.Second.Broken?.StartsWith(pair.First.Breaks, StringComparison.Ordinal) == true, $"{pair.Second}"));
    }

    [Fact]
    public void With_its_rule_the_same_scope_holds()
    {
        var found = All([.. RulesOff.All.Select(r => r.Kept(r.Spec) with { CiStates = 30_000 })]);
        Assert.All(found, f => Assert.True(f.Broken is null, Describe(f)));
    }

    /// <summary>SIMULATION_SCOPE=NAME chooses a scope or a rule that is off; SIMULATION_MINUTES=N goes on for so long instead of its bound.</summary>
    [Fact]
    public void One_scope_is_told()
    {
        var name = One ?? "no-cfg-before-probe";
        var spec = Scopes.All.FirstOrDefault(s => s.Name == name) ?? RulesOff.Of(name)?.Spec
            ?? throw new ArgumentException($"{Variable}={name}: there are {string.Join(", ", Scopes.All.Select(s => s.Name).Concat(RulesOff.All.Select(r => r.Name)))}");
        // 16 bytes and a half for each state once, a whole state while it waits: about 5 GB at most
        var found = Minutes > 0 && One is not null ? new Search(spec).Run(40_000_000, LongDepth, TimeSpan.FromMinutes(Minutes)) : new Search(spec).Run(spec.CiStates, spec.CiDepth);
        var text = Describe(found);
        if (One is not null) Console.WriteLine(text);
        var off = RulesOff.Of(name);
        Assert.True(off is null ? found.Broken is null : found.Broken?.StartsWith(off.Breaks, StringComparison.Ordinal) == true, text);
        if (off is null) return;
        Assert.Contains($"{Variable}={name} ", text, StringComparison.Ordinal);
        Assert.Contains(" -> ", text, StringComparison.Ordinal);
    }

    private static Found[] All(IReadOnlyList<Spec> specs) => All(specs, spec => new Search(spec).Run(spec.CiStates, spec.CiDepth));

    private static Found[] All(IReadOnlyList<Spec> specs, Func<Spec, Found> run)
    {
        var found = new Found[specs.Count];
        Parallel.For(0, specs.Count, Replay.InParallel, i => found[i] = run(specs[i]));
        return found;
    }

    private static string Describe(Found found)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{found}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{found.Spec.Text}; version {Replay.Commit}");
        text.AppendLine(CultureInfo.InvariantCulture, $"replay: {Variable}={found.Spec.Name} artifacts/bin/Simulation/release/Simulation -method '*One_scope_is_told*'");
        foreach (var line in found.Trail) text.AppendLine(line);
        return text.ToString();
    }
}
