using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>Real servers, somebody writes into them, and arbiters of two versions share them.</summary>
[Trait("tier", "integration")]
public sealed class SignedRegisterTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly NodeId Lb2 = NodeId.Parse("lb2");

    /// <summary>Somebody gives the VIP to another node, and a number above all others.</summary>
    private static Task<string> Forge(RedisServers.Server server) => server.Say(
        "EVAL \"local h = redis.call('HMGET', KEYS[1], 'v', 'a'); local a = string.sub(h[2], 1, 14) .. '88888888888888' .. string.sub(h[2], 29); "
        + "return redis.call('HSET', KEYS[1], 'a', a, 'p', a, 'v', (string.gsub(h[1], 'lb1', 'lb2')))\" 1 vip:chengdu:reg");

    [Fact]
    public async Task A_forged_value_is_adopted_by_nobody_and_a_leader_writes_over_it()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast);
        var leader = world.Replica("a");
        await leader.Saw<RegisterEvent.Gained>(_ => true);
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));

        Assert.StartsWith(":", await Forge(world.Servers[0]), StringComparison.Ordinal);
        var again = await leader.Propose(new Proposal(Web, settled.Current!.Epoch, Lb1, "again"));
        Assert.Equal((ProposalOutcome.Committed, Lb1), (again.Outcome, again.Current!.Holder));
        await leader.Stop();

        // nobody leads: two of three are changed at rest
        Assert.StartsWith(":", await Forge(world.Servers[0]), StringComparison.Ordinal);
        Assert.StartsWith(":", await Forge(world.Servers[1]), StringComparison.Ordinal);
        var late = world.Replica("c");
        await RegisterWorld.Until(() => late.Register.Status.Acceptors.Count(a => a.State == "FORGED") == 2 && late.Register.Status.State == RegisterState.QuorumLost, "two are shown as forged, and all are heard");
        Assert.DoesNotContain(late.Register.Status.Assignments.Values, a => a.Holder == Lb2);
        Assert.Contains("somebody changed it", late.Register.Status.Acceptors[0].Detail, StringComparison.Ordinal);
        Assert.Contains(" hold must not be believed (told with each server): delete the two keys", late.Register.Status.Reason, StringComparison.Ordinal);
        Assert.False(late.Register.MaySpeak());

        // what a person does: the bad ones are emptied, and the arbiters go on by themselves
        foreach (var bad in new[] { 0, 1 }) Assert.StartsWith(":", await world.Servers[bad].Say("DEL vip:chengdu:reg vip:chengdu:probe"), StringComparison.Ordinal);
        Assert.Equal(Lb1, (await late.Saw<RegisterEvent.Gained>(_ => true)).Assignments[Web].Holder);
    }

    [Fact]
    public async Task An_arbiter_with_another_key_or_of_another_cluster_counts_no_server_and_disturbs_nobody()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Calm);
        var (leader, _) = await world.TwoReplicas();
        var foreign = world.Replica("f", ValueSealTests.Seal("k9:IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
        await RegisterWorld.Until(() => foreign.Register.Status.Acceptors.All(a => a.State == "FOREIGN"), "all are foreign");
        var elsewhere = world.Replica("e", ValueSealTests.Seal(cluster: "elsewhere"));
        await RegisterWorld.Until(() => elsewhere.Register.Status.Acceptors.All(a => a.State == "WRONGCLUSTER"), "all are of another cluster");
        Assert.Equal((RegisterState.QuorumLost, RegisterState.QuorumLost), (foreign.Register.Status.State, elsewhere.Register.Status.State));
        Assert.True((await leader.Propose(new Proposal(Web, 0, Lb1, "initial"))).Outcome == ProposalOutcome.Committed);
        Assert.Single(leader.Seen.OfType<RegisterEvent.Gained>());
    }

    [Fact]
    public async Task From_a_version_without_signatures_one_upgrades_while_it_runs()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, seed: false);
        var quick = RegisterWorld.Fast with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var seeded = await new QuorumSeeder(world.Servers.Connect(), RedisServers.Cluster, quick, 1, QuorumServices.NewIncarnation, TimeProvider.System).Seed(_ => { }, default);
        Assert.True(seeded.Seeded, seeded.Text);

        var strict = world.Replica("strict");
        await RegisterWorld.Until(() => strict.Register.Status.Acceptors.All(a => a.State == "UNSIGNED"), "without the setting nothing is believed");
        await strict.Stop();

        var upgrading = world.Replica("n", ValueSealTests.Seal(acceptUnsigned: true));
        await upgrading.Saw<RegisterEvent.Gained>(_ => true);
        await upgrading.Propose(new Proposal(Web, 0, Lb1, "initial"));
        // what it wrote is signed: an arbiter that believes nothing else follows it, and leads after it
        var upgraded = world.Replica("o");
        await upgraded.Saw<RegisterEvent.Observed>(o => o.Assignments.ContainsKey(Web));
        await upgrading.Stop();
        Assert.Equal(Lb1, (await upgraded.Saw<RegisterEvent.Gained>(_ => true)).Assignments[Web].Holder);
    }

    /// <summary>An arbiter of a later version of the same format: it keeps a member of its own in the value.</summary>
    private sealed class Newer(IAcceptor inner) : IAcceptor
    {
        public string Address => inner.Address;

        public Task<Reply> Ask(Request request, CancellationToken stopping) => inner.Ask(request is Request.Accept accept && !accept.Value.Contains("\"lanes\"", StringComparison.Ordinal)
            ? accept with { Value = accept.Value[..^1] + ",\"lanes\":{\"a\":1}}" } : request, stopping);
    }

    [Fact]
    public async Task Arbiters_of_two_versions_of_a_format_lead_in_turn_and_lose_nothing_of_each_others()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Calm);
        var newer = world.Replica("n", through: a => new Newer(a));
        await newer.Saw<RegisterEvent.Gained>(_ => true);
        await newer.Propose(new Proposal(Web, 0, Lb1, "initial"));
        var now = world.Replica("o");
        var seen = await now.Saw<RegisterEvent.Observed>(o => o.Assignments.ContainsKey(Web));
        await newer.Stop();
        await now.Saw<RegisterEvent.Gained>(_ => true);
        Assert.Equal(ProposalOutcome.Committed, (await now.Propose(new Proposal(Web, seen.Assignments[Web].Epoch, Lb2, "failover"))).Outcome);
        var stored = await world.Servers.Connect()[0].Ask(new Request.Read(Ballot.None), default);
        for (var tries = 0; tries < 100 && stored.Answer == Answer.None; tries++) stored = await world.Servers.Connect()[0].Ask(new Request.Read(Ballot.None), default);
        Assert.Contains("\"holder\":\"lb2\"", stored.Value, StringComparison.Ordinal);
        Assert.Contains("\"lanes\":{\"a\":1}", stored.Value, StringComparison.Ordinal);
        Assert.Contains($"\"leader\":\"o/", stored.Value, StringComparison.Ordinal);
    }
}
