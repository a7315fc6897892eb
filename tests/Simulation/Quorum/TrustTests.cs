using Simulation.Hosts;

namespace Simulation.Quorum;

/// <summary><c>restartTrust: aof-always</c> under every fault that keeps the person's word, and under one that does not.</summary>
[Collection(nameof(Alone))]
public sealed class TrustTests
{
    private static readonly Fault[] s_breakTheWord = [Fault.RestartTailLost, Fault.Rollback, Fault.RestartMany];

    /// <summary>FLUSHALL and empty disks are no lie: an empty server is never trusted.</summary>
    private static Mix Kept(Mix mix) => mix with
    {
        Settings = mix.Settings with { TrustAof = true },
        Faults = [.. mix.Faults.Where(f => !s_breakTheWord.Contains(f)), Fault.RestartIntact, Fault.RestartIntact, Fault.RestartIntact, Fault.Stall],
        FaultEvery = mix.FaultEvery < TimeSpan.FromSeconds(10) ? mix.FaultEvery : TimeSpan.FromSeconds(10),
    };

    private static readonly Planted s_aof = new() { Aof = true };

    [Theory]
    [InlineData(Theme.Disasters)]
    [InlineData(Theme.Servers)]
    [InlineData(Theme.Everything)]
    [InlineData(Theme.Processes)]
    public void Every_seed_holds_every_invariant_while_the_disks_keep_their_word(object theme)
    {
        var results = new RunResult[25];
        Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = new QuorumRun((ulong)(7000 + i), (Theme)theme, s_aof, with: Kept).Run());
        if (results.FirstOrDefault(r => r.Broken is not null) is { } broken)
            Assert.Fail(Replay.Describe(broken, () => new QuorumRun(broken.Seed, (Theme)theme, s_aof, story: true, with: Kept).Run(),
                how: $"not as the seed says: theme {theme}, with trusted disks that keep their word (this test runs it again)"));
    }

    [Fact]
    public void A_disk_that_loses_its_tail_while_a_person_vouches_for_it_is_noticed_as_a_broken_register()
    {
        static Mix Lie(Mix mix) => Kept(mix) with { Faults = [Fault.RestartTailLost, Fault.Crash, Fault.CutLink], FaultEvery = TimeSpan.FromSeconds(2) };
        var results = new RunResult[48];
        Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = new QuorumRun((ulong)(1 + i), Theme.Servers, s_aof, with: Lie).Run());
        Assert.Contains(results, r => r.Broken is not null);
    }
}
