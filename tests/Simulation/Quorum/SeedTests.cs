using System.Diagnostics;
using System.Globalization;
using Simulation.Hosts;

namespace Simulation.Quorum;

/// <summary>The register under every fault, seed after seed (docs/simulation.md).</summary>
[Collection(nameof(Alone))]
public sealed class SeedTests
{
    private const int Block = 250;
    /// <summary>P2: one seed of so many runs twice.</summary>
    private const int Sampled = 100;

    /// <summary>3000 seeds of 10 simulated minutes; SIMULATION_SEEDS=N for another number, SIMULATION_MINUTES=N for as many as fit, SIMULATION_FROM=N to begin elsewhere.</summary>
    [Fact]
    public void Every_seed_holds_every_invariant()
    {
        var (from, minutes, most) = (Knobs.Number("SIMULATION_FROM", 1), Knobs.Minutes, Knobs.Number("SIMULATION_SEEDS", 3000));
        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var tally = new Tally();
        List<RunResult> broken = [];
        for (long done = 0; broken.Count == 0 && (minutes > 0 ? watch.Elapsed.TotalMinutes < minutes : done < most); done += Block)
        {
            var results = new RunResult[minutes > 0 ? Block : (int)Math.Min(Block, most - done)];
            Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = Run((ulong)(from + done + i)));
            foreach (var result in results) tally.Add(result);
            broken.AddRange(results.Where(r => r.Broken is not null));
        }
        Console.WriteLine(tally.Say(watch.Elapsed, Environment.CpuUsage.TotalTime - processor));
        Assert.True(broken.Count == 0, string.Join("\n", broken.Skip(1).Take(20).Select(r => $"also seed {r.Seed}: {r.Broken!.Split('\n')[0]}").Prepend(
            broken.Count == 0 ? "" : Replay.Describe(broken[0], () => new QuorumRun(broken[0].Seed, story: true).Run()))));
    }

    private static RunResult Run(ulong seed)
    {
        var result = new QuorumRun(seed).Run();
        if (seed % Sampled != 1 || result.Broken is not null) return result;
        var again = new QuorumRun(seed).Run();
        return again.Hash == result.Hash ? result : result with { Invariant = "P2", Broken = $"P2: run again the trace hash is {again.Hash:x16}, not {result.Hash:x16}" };
    }

    [Fact]
    public void A_seed_run_twice_gives_the_same_run()
    {
        var hashes = new (ulong, ulong)[30];
        Parallel.For(0, hashes.Length, Replay.InParallel, i => hashes[i] = (new QuorumRun((ulong)(i * 100 + 1)).Run().Hash, new QuorumRun((ulong)(i * 100 + 1), story: true).Run().Hash));
        Assert.All(hashes, h => Assert.Equal(h.Item1, h.Item2));
        Assert.Equal(hashes.Length, hashes.Select(h => h.Item1).Distinct().Count());
    }

    /// <summary>SIMULATION_SEED=N chooses it, SIMULATION_MUTANT=NAME plants a mutant.</summary>
    [Fact]
    public void One_seed_is_told_as_a_story()
    {
        var seed = (ulong)Knobs.Number(Replay.Variable, 1);
        var mutant = Knobs.Mutant is { } name ? Mutant.Of(name) : null;
        RunResult Run(bool story) => mutant?.Run(seed, story) ?? new QuorumRun(seed, story: story).Run();
        var told = Run(true);
        var text = Replay.Describe(told, () => told, lines: 400, mutant);
        if (Environment.GetEnvironmentVariable(Replay.Variable) is not null) Console.WriteLine(text);
        Assert.Equal(Run(false).Hash, told.Hash);
        Assert.NotEmpty(told.Story);
        Assert.True(told.Broken is null || mutant is not null, told.Broken);
    }

    [Fact]
    public void A_broken_invariant_says_the_seed_the_hash_the_command_and_what_happened()
    {
        var mutant = Mutant.Of("no-step-down");
        var caught = mutant.Hunt();
        Assert.NotNull(caught);
        var text = Replay.Describe(caught, () => mutant.Run(caught.Seed, story: true), mutant: mutant);
        Assert.Contains($"seed {caught.Seed}", text);
        Assert.Contains($"trace hash {caught.Hash:x16}", text);
        Assert.Contains($"{Replay.Variable}={caught.Seed} SIMULATION_MUTANT=no-step-down ", text);
        Assert.Contains(" leads term ", text);
    }

    /// <summary>The figures that are printed.</summary>
    private sealed class Tally
    {
        private readonly SortedDictionary<Theme, (int Seeds, TimeSpan Led, TimeSpan Time)> _themes = [];
        private long _seeds, _messages, _events, _chosen, _generations, _persons, _operations, _searched;
        private TimeSpan _time;

        public void Add(RunResult r)
        {
            (_seeds, _messages, _events, _chosen, _generations) = (_seeds + 1, _messages + r.Messages, _events + r.Events, _chosen + r.Chosen, _generations + r.Generations);
            _persons += r.NeedsPerson ? 1 : 0;
            (_operations, _searched) = (_operations + r.Operations, _searched + r.Searched);
            _time += r.Mix.Length;
            var (seeds, led, time) = _themes.GetValueOrDefault(r.Mix.Theme);
            _themes[r.Mix.Theme] = (seeds + 1, led + r.Led, time + r.Mix.Length);
        }

        public string Say(TimeSpan took, TimeSpan processor) => string.Create(CultureInfo.InvariantCulture,
            $"quorum: {_seeds} seeds, {_time.TotalHours:0} simulated hours in {took.TotalSeconds:0} s ({_time.TotalHours / took.TotalMinutes:0} hours a minute) with {processor.TotalSeconds:0} s of processor time, {_messages / 1e6:0.0} million messages, {_events / 1e6:0.0} million events, "
            + $"{_chosen} changes acknowledged, {_generations} new generations, {_persons} runs ended empty and waited for a person, {_operations} operations of clients, {_searched} of their histories searched\n"
            + $"somebody may speak: {string.Join(", ", _themes.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value.Led / t.Value.Time:P1}")))}");
    }
}
