using System.Diagnostics;
using System.Globalization;

namespace Simulation.Quorum;

/// <summary>The register under every fault, seed after seed (docs/simulation.md).</summary>
public sealed class SeedTests
{
    [Fact]
    public void Every_seed_holds_every_invariant()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("SEEDS") ?? "300", CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        var results = new RunResult[seeds];
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => results[i] = new QuorumRun((ulong)i).Run());
        var took = watch.Elapsed;
        Console.WriteLine($"{seeds} seeds in {took.TotalSeconds:0.0} s, {results.Sum(r => r.Mix.Length.TotalHours) / took.TotalMinutes:0} h/min, {results.Sum(r => r.Messages)} messages, {results.Sum(r => r.Events)} events {results.Sum(r => r.Chosen)} chosen {results.Sum(r => r.Generations)} gens, {results.Count(r => r.NeedsPerson)} need a person");
        foreach (var t in results.GroupBy(r => r.Mix.Theme).OrderBy(g => g.Key)) Console.WriteLine($"{t.Key}: led {t.Sum(r => r.Led.TotalSeconds) / t.Sum(r => r.Mix.Length.TotalSeconds):P1}");
        foreach (var g in results.Where(r => r.Broken is not null).GroupBy(r => r.Invariant)) Console.WriteLine($"{g.Key}: {g.Count()}  e.g. {string.Join(" ", g.Take(6).Select(r => r.Seed))}: {g.First().Broken![..Math.Min(600, g.First().Broken!.Length)]}");
        Assert.DoesNotContain(results, r => r.Broken is not null);
    }
}
