using System.Diagnostics;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary><c>quorum.restartTrust: aof-always</c> on real servers.</summary>
[Trait("tier", "integration")]
public sealed class TrustedRestartTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly LeaseSettings Trusting = RegisterWorld.Fast with { TrustAof = true };

    [Fact]
    public async Task All_servers_are_killed_at_once_one_stays_away_and_the_register_goes_on_in_its_generation()
    {
        await using var world = await RegisterWorld.Start(Trusting, persistent: true);
        var (leader, follower) = await world.TwoReplicas();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        var generation = leader.Register.Status.Generation;

        var watch = Stopwatch.StartNew();
        await world.Servers[2].Kill();
        await Task.WhenAll(world.Servers[0].Restart(), world.Servers[1].Restart());
        var next = await Moved(settled.Current!.Epoch, leader, follower);
        TestContext.Current.SendDiagnosticMessage($"committed again {watch.ElapsedMilliseconds} ms after the kill");
        Assert.Equal(generation, next.Register.Status.Generation);
        await world.Servers[2].Start();
        await RegisterWorld.Until(() => next.Register.Status.Acceptors.All(a => a.State == "voting"), "the third is taken back");
        Assert.Equal(generation, next.Register.Status.Generation);
    }

    [Fact]
    public async Task Without_an_append_only_file_nobody_is_trusted_and_it_is_said()
    {
        await using var world = await RegisterWorld.Start(Trusting);
        var replica = world.Replica("a");
        await replica.Saw<RegisterEvent.Gained>(_ => true);
        var generation = replica.Register.Status.Generation;
        // they come back with what they had, from a snapshot: nobody can tell how old it is
        foreach (var server in new[] { 0, 1, 2 }) Assert.Equal("+OK", await world.Servers[server].Say("SAVE"));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => world.Servers[i].Restart()));
        await RegisterWorld.Until(() => replica.Register.Status.Acceptors.Any(a => a.State == "restarted" && a.Detail?.Contains("is not trusted", StringComparison.Ordinal) == true), "it is said");
        Assert.True((await replica.Saw<RegisterEvent.Gained>(g => g.Generation > generation)).Generation > generation);
    }

    /// <summary>Whoever of the two can record a move again; a question that was under way at the kill ends unknown first.</summary>
    private static async Task<RegisterReplica> Moved(long epoch, params RegisterReplica[] replicas)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "nobody records a move");
            if (replicas.FirstOrDefault(r => r.Register.MaySpeak()) is not { } leads) continue;
            var settled = await leads.Propose(new Proposal(Web, leads.Register.Status.Assignments[Web].Epoch, NodeId.Parse("lb2"), "failover"));
            if (settled.Outcome != ProposalOutcome.Committed) continue;
            Assert.True(settled.Current!.Epoch > epoch);
            return leads;
        }
    }
}
