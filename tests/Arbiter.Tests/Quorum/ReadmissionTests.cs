using System.Diagnostics;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>Real servers that lost their memory vote again within 10 s, by themselves, and nothing that was recorded is lost.</summary>
[Trait("tier", "integration")]
public sealed class ReadmissionTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly NodeId Lb2 = NodeId.Parse("lb2");

    public static TheoryData<string> Losses => ["killed, back empty", "killed, back with its data", "killed, back without the tail", "FLUSHALL", "the key deleted"];

    private static Task Lose(RedisServers.Server server, string how) => how switch
    {
        "FLUSHALL" => server.Say("FLUSHALL"),
        "the key deleted" => server.Say("DEL vip:chengdu:reg"),
        "killed, back without the tail" => server.RestartWithoutTail(0.3),
        _ => server.Restart(),
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Each_server_in_turn_loses_its_memory_and_votes_again_while_the_leader_leads_on(string how)
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Calm, persistent: how is "killed, back with its data" or "killed, back without the tail");
        var (leader, follower) = await world.TwoReplicas();
        var epoch = 0L;
        for (var i = 0; i < 3; i++)
        {
            epoch = await Move(leader, epoch);
            var before = leader.Register.Status.Acceptors[i].Incarnation;
            await Lose(world.Servers[i], how);
            var watch = Stopwatch.StartNew();
            await RegisterWorld.Until(() => leader.Register.Status.Acceptors[i] is { State: "voting" } s && s.Incarnation != before, $"server {i} votes again, {leader.Register.Status.Reason}");
            TestContext.Current.SendDiagnosticMessage($"{how}: server {i} votes again after {watch.ElapsedMilliseconds} ms");
            await AllVote(follower);
            epoch = await Move(leader, epoch);
        }
        Assert.DoesNotContain(leader.Seen, e => e is RegisterEvent.Lost);
        // each server has been the one that a majority needs
        await world.Servers[0].Kill();
        await Move(leader, epoch);
        Assert.True(leader.Register.MaySpeak());
    }

    [Fact]
    public async Task Two_of_five_servers_lose_their_memory_at_once_and_vote_again()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Calm, count: 5);
        var (leader, _) = await world.TwoReplicas();
        var epoch = await Move(leader, 0);
        var before = leader.Register.Status.Acceptors.Select(a => a.Incarnation).ToArray();
        await Task.WhenAll(world.Servers[1].Restart(), world.Servers[3].Restart());
        await RegisterWorld.Until(() => new[] { 1, 3 }.All(i => leader.Register.Status.Acceptors[i] is { State: "voting" } s && s.Incarnation != before[i]), "both vote again, as new ones");
        await AllVote(leader);
        epoch = await Move(leader, epoch);
        Assert.DoesNotContain(leader.Seen, e => e is RegisterEvent.Lost);
        // the two are needed now
        await Task.WhenAll(world.Servers[0].Kill(), world.Servers[2].Kill());
        await Move(leader, epoch);
    }

    [Fact]
    public async Task Servers_lose_their_memory_while_leaders_come_and_go_and_no_epoch_is_given_twice()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast);
        var (leader, follower) = await world.TwoReplicas();
        var epoch = 0L;
        for (var round = 0; round < 4; round++)
        {
            epoch = await Move(leader, epoch);
            var lost = world.Servers[round % 3].Say("FLUSHALL");
            if (round % 2 == 0) await leader.Stop();
            else await leader.Vanish();
            await lost;
            await follower.Saw<RegisterEvent.Gained>(g => g.Assignments[Web].Epoch == epoch);
            await AllVote(follower);
            leader = follower;
            follower = world.Replica($"f{round}");
            await follower.Saw<RegisterEvent.Observed>(o => o.Assignments[Web].Epoch == epoch);
        }
        await Move(leader, epoch);
    }

    private static async Task AllVote(RegisterReplica replica) =>
        await RegisterWorld.Until(() => replica.Register.Status.Acceptors.All(a => a.State == "voting"),
            $"all vote: {string.Join(", ", replica.Register.Status.Acceptors.Select(a => $"{a.State} {a.Detail}"))}");

    private static async Task<long> Move(RegisterReplica leader, long epoch)
    {
        var holder = leader.Register.Status.Assignments.TryGetValue(Web, out var a) && a.Holder == Lb1 ? Lb2 : Lb1;
        var settled = await leader.Propose(new Proposal(Web, epoch, holder, "failover"));
        Assert.Equal(ProposalOutcome.Committed, settled.Outcome);
        Assert.True(settled.Current!.Epoch > epoch);
        return settled.Current.Epoch;
    }
}
