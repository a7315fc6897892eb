using System.Diagnostics;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>Real servers: a majority lost its memory, and a new generation begins by itself, or does not, as it must.</summary>
[Trait("tier", "integration")]
public sealed class DisasterTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly NodeId Lb2 = NodeId.Parse("lb2");
    private static readonly TimeSpan Waiting = RegisterWorld.Fast.WaitOver(0);

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Servers_are_killed_at_once_and_a_new_generation_goes_on_with_what_was_recorded(int killed, bool persistent)
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: persistent);
        var (leader, follower) = await world.TwoReplicas();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        await follower.Saw<RegisterEvent.Observed>(o => o.Assignments.ContainsKey(Web));
        var old = leader.Register.Status.Generation;

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, killed).Select(i => world.Servers[i].Restart()));
        var next = await NewLeader(old, leader, follower);
        TestContext.Current.SendDiagnosticMessage($"{killed} killed, persistent {persistent}: a new generation after {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.Elapsed > Waiting, "the old lease might still run");
        var gained = next.Seen.OfType<RegisterEvent.Gained>().Last();
        Assert.Equal((Lb1, settled.Current!.Epoch), (gained.Assignments[Web].Holder, gained.Assignments[Web].Epoch));
        Assert.True((await next.Propose(new Proposal(Web, settled.Current.Epoch, Lb2, "failover"))).Current!.Epoch > settled.Current.Epoch);
        await RegisterWorld.Until(() => leader.Register.MaySpeak() != follower.Register.MaySpeak()
            && new[] { leader, follower }.All(r => r.Register.Status.Generation == gained.Generation && r.Register.Status.Acceptors.All(a => a.State == "voting")), "one speaks, all vote");
    }

    [Fact]
    public async Task A_new_generation_is_above_the_one_that_nodes_obey_whatever_the_clock_says()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast);
        var replica = world.Replica("a");
        await replica.Saw<RegisterEvent.Gained>(_ => true);
        var old = replica.Register.Status.Generation;
        replica.Register.Reported(old + 1_000_000_000);
        replica.Register.Reported(long.MaxValue);                                   // nobody's generation: it must not use the numbers up
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => world.Servers[i].Restart()));
        Assert.Equal(old + 1_000_000_001, (await replica.Saw<RegisterEvent.Gained>(g => g.Generation > old)).Generation);
    }

    [Fact]
    public async Task While_one_server_is_missing_nothing_is_begun_and_when_it_is_back_all_goes_on()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        var (leader, follower) = await world.TwoReplicas();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        var old = leader.Register.Status.Generation;
        await world.Servers[2].Kill();
        await Task.WhenAll(world.Servers[0].Restart(), world.Servers[1].Restart());

        await leader.Saw<RegisterEvent.Lost>(_ => true);
        await Task.Delay(2 * Waiting);
        Assert.All([leader, follower], r => Assert.Equal((RegisterState.QuorumLost, old), (r.Register.Status.State, r.Register.Status.Generation)));
        Assert.Contains("force-seed", leader.Register.Status.Reason, StringComparison.Ordinal);

        await world.Servers[2].Start();
        var next = await NewLeader(old, leader, follower);
        Assert.Equal(settled.Current!.Epoch, next.Register.Status.Assignments[Web].Epoch);
    }

    [Fact]
    public async Task A_replica_started_after_the_disaster_goes_on_with_what_the_disks_kept()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        var (leader, follower) = await world.TwoReplicas();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        var old = leader.Register.Status.Generation;
        await leader.Vanish();
        await follower.Vanish();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => world.Servers[i].Restart()));
        var fresh = world.Replica("fresh");
        var gained = await fresh.Saw<RegisterEvent.Gained>(g => g.Generation > old);
        Assert.Equal(settled.Current!.Epoch, gained.Assignments[Web].Epoch);
    }

    private static async Task<RegisterReplica> NewLeader(long old, params RegisterReplica[] replicas)
    {
        RegisterReplica? next = null;
        await RegisterWorld.Until(() => (next = replicas.FirstOrDefault(r => r.Register.MaySpeak() && r.Register.Status.Generation > old)) is not null,
            $"a new generation: {string.Join("; ", replicas.Select(r => r.Register.Status.Reason))}");
        await next!.Saw<RegisterEvent.Gained>(g => g.Generation > old);
        return next;
    }
}
