using System.Net;
using System.Net.Sockets;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary><c>quorum force-seed</c> on real servers: what it refuses, and that arbiters go on with what it began.</summary>
[Trait("tier", "integration")]
public sealed class QuorumForcerTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");

    private static QuorumForcer Forcer(RegisterWorld world) => new(world.Servers.ConnectSealed(TimeSpan.FromSeconds(2)), RedisServers.Cluster, RegisterWorld.Fast,
        QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, TimeProvider.System, "anna@host");

    private static async Task<string> Refused(RegisterWorld world)
    {
        var result = await Forcer(world).Force(_ => { }, default);
        Assert.False(result.Seeded, result.Text);
        return result.Text;
    }

    [Fact]
    public async Task With_two_servers_gone_and_one_replaced_by_an_empty_one_the_arbiters_go_on()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast);
        var (leader, follower) = await world.TwoReplicas();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        var old = leader.Register.Status.Generation;
        await world.Servers[1].Kill();
        await world.Servers[2].Kill();
        await leader.Saw<RegisterEvent.Lost>(_ => true);
        Assert.Contains("only 1 of 3", await Refused(world), StringComparison.Ordinal);

        await world.Servers[1].Start();                                             // empty
        var lines = new List<string>();
        var forced = await Forcer(world).Force(lines.Add, default);
        Assert.True(forced.Seeded, forced.Text);
        Assert.True(forced.Generation > old);
        Assert.Contains(lines, l => l.Contains($"missing: {world.Servers[2].Address}", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains($"{world.Servers[0].Address} votes", StringComparison.Ordinal));

        RegisterReplica? next = null;
        await RegisterWorld.Until(() => (next = new[] { leader, follower }.FirstOrDefault(r => r.Register.MaySpeak())) is not null, "one leads the new generation");
        await next!.Saw<RegisterEvent.Gained>(g => g.Generation > old);
        Assert.Equal((forced.Generation, settled.Current!.Epoch), (next.Register.Status.Generation, next.Register.Status.Assignments[Web].Epoch));
        var told = next.Register.Status.Outbox.Events[^1];
        Assert.Contains($"forced: anna@host began generation {forced.Generation} without {world.Servers[2].Address}", told.Reason, StringComparison.Ordinal);

        await world.Servers[2].Start();                                             // a new one in its place
        await RegisterWorld.Until(() => next.Register.Status.Acceptors.All(a => a.State == "voting"), "the new server is taken in");
    }

    [Fact]
    public async Task It_refuses_while_there_is_a_better_way_and_says_which()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        await world.Servers[2].Kill();
        Assert.Contains("2 of 3 servers vote, which is a majority", await Refused(world), StringComparison.Ordinal);

        await world.Servers[1].Restart();
        await world.Servers[2].Start();
        Assert.Contains("every server answers: a running arbiter", await Refused(world), StringComparison.Ordinal);

        await world.Servers[2].Say("ACL SETUSER default on >changed");
        Assert.Contains($"{world.Servers[2].Address} is not gone", await Refused(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_listens_at_the_address_of_a_missing_server_is_not_gone()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        await world.Servers[2].Kill();
        using var mute = new TcpListener(IPEndPoint.Parse(world.Servers[2].Address));
        mute.Start();
        await world.Servers[1].Restart();
        Assert.Contains($"{world.Servers[2].Address} is not gone: something listens there", await Refused(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_nothing_left_to_go_on_with_it_sends_to_the_first_installation()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, seed: false);
        Assert.Contains("run 'arbiter quorum seed'", await Refused(world), StringComparison.Ordinal);
        await world.Servers[0].Kill();
        Assert.Contains("has anything left", await Refused(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_server_that_answers_during_the_wait_ends_it()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        await world.Servers[1].Restart();
        await world.Servers[2].Kill();
        var result = await Forcer(world).Force(line =>
        {
            if (line.StartsWith("waiting", StringComparison.Ordinal)) world.Servers[2].Start().Wait();
        }, default);
        Assert.Contains($"{world.Servers[2].Address} is not gone", result.Text, StringComparison.Ordinal);
    }
}
