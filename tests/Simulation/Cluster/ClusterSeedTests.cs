using System.Diagnostics;
using Simulation.Hosts;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>The whole system under every fault, seed after seed (docs/simulation.md).</summary>
[Collection(nameof(Alone))]
public sealed class ClusterSeedTests
{
    private const int Block = 50;
    /// <summary>So many seeds meet every fault.</summary>
    private const int Enough = 300;

    /// <summary>500 seeds of 10 simulated minutes; SIMULATION_CLUSTER_SEEDS=N for another number, SIMULATION_MINUTES=N for as many as fit, SIMULATION_FROM=N to begin elsewhere.</summary>
    [Fact]
    public void Every_cluster_seed_holds_every_invariant()
    {
        var (from, minutes, most) = (Knobs.Number("SIMULATION_FROM", 1), Knobs.Minutes, Knobs.Number("SIMULATION_CLUSTER_SEEDS", 500));
        var watch = Stopwatch.StartNew();
        var tally = new ClusterTally();
        List<ClusterResult> broken = [];
        for (long done = 0; broken.Count == 0 && (minutes > 0 ? watch.Elapsed.TotalMinutes < minutes : done < most); done += Block)
        {
            var results = new ClusterResult[minutes > 0 ? Block : (int)Math.Min(Block, most - done)];
            Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = new ClusterRun((ulong)(from + done + i)).Run());
            foreach (var result in results) tally.Add(result);
            broken.AddRange(results.Where(r => r.Broken is not null));
        }
        Console.WriteLine(tally.Say(watch.Elapsed));
        Assert.True(broken.Count == 0, string.Join("\n", broken.Skip(1).Take(20).Select(r => $"also seed {r.Seed}: {r.Broken}").Prepend(
            broken.Count == 0 ? "" : ClusterReplay.Describe(broken[0], () => new ClusterRun(broken[0].Seed, story: true).Run()))));
        if (tally.Seeds >= Enough) Assert.Empty(tally.Unmet);
    }

    [Fact]
    public void A_cluster_seed_run_twice_gives_the_same_run()
    {
        var hashes = new (ulong, ulong)[8];
        Parallel.For(0, hashes.Length, Replay.InParallel, i => hashes[i] = (new ClusterRun((ulong)(i * 61 + 1)).Run().Hash, new ClusterRun((ulong)(i * 61 + 1), story: true).Run().Hash));
        Assert.All(hashes, h => Assert.Equal(h.Item1, h.Item2));
        Assert.Equal(hashes.Length, hashes.Select(h => h.Item1).Distinct().Count());
    }

    /// <summary>SIMULATION_SEED=N chooses it, SIMULATION_MUTANT=NAME plants a mutant.</summary>
    [Fact]
    public void One_cluster_seed_is_told_as_a_story()
    {
        var seed = (ulong)Knobs.Number(Replay.Variable, 1);
        var mutant = Knobs.Mutant is { } name ? ClusterMutant.Of(name) : null;
        ClusterResult Run(bool story) => mutant?.Run(seed, story) ?? new ClusterRun(seed, story: story).Run();
        var told = Run(true);
        var text = ClusterReplay.Describe(told, () => told, lines: 400, mutant);
        if (Environment.GetEnvironmentVariable(Replay.Variable) is not null) Console.WriteLine(text);
        Assert.Equal(Run(false).Hash, told.Hash);
        Assert.NotEmpty(told.Story);
        Assert.True(told.Broken is null || mutant is not null, told.Broken);
    }
}
