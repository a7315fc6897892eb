using System.Diagnostics;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>The loop on three real Redis servers, with a lease a few times shorter than in production unless a test says otherwise.</summary>
[Trait("tier", "integration")]
public sealed class RegisterLoopTests
{
    private static readonly GroupName Web = GroupName.Parse("web");
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly NodeId Lb2 = NodeId.Parse("lb2");

    [Fact]
    public async Task Of_two_replicas_one_leads_and_the_other_sees_what_it_records()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Calm);
        var (leader, follower) = await world.TwoReplicas();

        Assert.True(leader.Register.MaySpeak());
        Assert.False(follower.Register.MaySpeak());
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        Assert.Equal((ProposalOutcome.Committed, "lb1"), (settled.Outcome, settled.Current!.Holder.Value));
        await follower.Saw<RegisterEvent.Observed>(o => o.Assignments.TryGetValue(Web, out var a) && a.Epoch == settled.Current.Epoch);

        var stale = await leader.Propose(new Proposal(Web, 0, Lb2, "failover"));
        Assert.Equal((ProposalOutcome.Refused, "lb1"), (stale.Outcome, stale.Current!.Holder.Value));
        var notLeading = await follower.Propose(new Proposal(Web, settled.Current.Epoch, Lb2, "failover"));
        Assert.Equal(ProposalOutcome.Refused, notLeading.Outcome);
        await RegisterWorld.Until(() => leader.Register.Status.Acceptors.All(a => a.State == "voting"), "all vote");
        Assert.True(leader.Register.Status.LeaseLeft > TimeSpan.Zero);
        await RegisterWorld.Until(() => follower.Register.Status.Leader == leader.Register.Status.Leader, "the follower knows who leads");
    }

    [Fact]
    public async Task A_proposal_is_recorded_in_milliseconds_and_a_dead_minority_changes_nothing()
    {
        var settings = RegisterWorld.Fast with { RpcTimeout = TimeSpan.FromSeconds(1) };
        await using var world = await RegisterWorld.Start(settings);
        var (leader, _) = await world.TwoReplicas();
        var took = new List<double>();
        var epoch = 0L;
        async Task Move(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var watch = Stopwatch.StartNew();
                var settled = await leader.Propose(new Proposal(Web, epoch, i % 2 == 0 ? Lb2 : Lb1, "failover"));
                took.Add(watch.Elapsed.TotalMilliseconds);
                Assert.Equal(ProposalOutcome.Committed, settled.Outcome);
                epoch = settled.Current!.Epoch;
            }
        }

        await Move(50);
        await world.Servers[2].Kill();
        await Move(50);
        took.Sort();
        TestContext.Current.SendDiagnosticMessage($"proposal to commit: median {took[50]:0.00} ms, worst {took[^1]:0.0} ms");
        // before the next renewal, which what could wait would be recorded with
        Assert.True(took[50] < settings.Renew.TotalMilliseconds, $"median {took[50]} ms");

        await Task.Delay(settings.Lease);                                               // longer than the lease: it must have been renewed
        Assert.True(leader.Register.MaySpeak());
        Assert.DoesNotContain(leader.Seen, e => e is RegisterEvent.Lost);

        await world.Servers[2].Start();
        await RegisterWorld.Until(() => leader.Register.Status.Acceptors[2].State == "voting", "the restarted server votes again");
        await Move(2);
    }

    [Fact]
    public async Task A_leader_that_stops_gives_the_lease_back_and_the_other_leads_before_the_lease_would_have_ended()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Production);
        var (leader, follower) = await world.TwoReplicas();
        await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));

        var (watch, left) = (Stopwatch.StartNew(), leader.Register.Status.LeaseLeft!.Value);
        await leader.Stop();
        Assert.False(leader.Register.MaySpeak());
        var gained = await follower.Saw<RegisterEvent.Gained>(_ => true);
        TestContext.Current.SendDiagnosticMessage($"handed over in {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.Elapsed < left, $"{watch.ElapsedMilliseconds} ms, {left.TotalMilliseconds:0} ms were left of the lease");
        Assert.Equal(Lb1, gained.Assignments[Web].Holder);
        await leader.Saw<RegisterEvent.Lost>(_ => true);
    }

    [Fact]
    public async Task What_could_wait_for_a_renewal_is_recorded_with_the_lease_that_is_given_back()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Production);
        var (leader, follower) = await world.TwoReplicas();
        leader.Register.Wish(new OutboxWish.Receivers(["ops"]));
        await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        leader.Register.Wish(new OutboxWish.Progress("ops", [1], []));
        await leader.Stop();
        await follower.Saw<RegisterEvent.Gained>(_ => true);
        Assert.True(follower.Register.Status.Outbox.Receivers["ops"].Settled(1));
    }

    [Fact]
    public async Task A_leader_that_vanishes_is_followed_when_its_lease_has_ended_and_not_before()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Production);
        var (leader, follower) = await world.TwoReplicas();

        var left = leader.Register.Status.LeaseLeft!.Value;
        var watch = Stopwatch.StartNew();
        await leader.Vanish();
        await follower.Saw<RegisterEvent.Gained>(_ => true);
        TestContext.Current.SendDiagnosticMessage($"took over after {watch.ElapsedMilliseconds} ms, {left.TotalMilliseconds:0} ms were left of the lease");
        // 7.3 s (docs/quorum.md), and what a busy machine takes
        Assert.InRange(watch.Elapsed, left, TimeSpan.FromSeconds(11));
    }

    [Fact]
    public async Task Without_a_majority_the_leader_stops_speaking_before_its_lease_ends_and_comes_back_with_it()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, persistent: true);
        var (leader, follower) = await world.TwoReplicas();

        var watch = Stopwatch.StartNew();
        await world.Servers[0].Freeze();
        await world.Servers[1].Freeze();
        var settled = await leader.Propose(new Proposal(Web, 0, Lb1, "initial"));
        Assert.Equal(ProposalOutcome.Unknown, settled.Outcome);
        await leader.Saw<RegisterEvent.Lost>(_ => true);
        // speaking ends by the clock, whenever this test comes to look; the event may be read late on a busy machine
        Assert.False(leader.Register.MaySpeak());
        Assert.True(watch.Elapsed < RegisterWorld.Fast.Lease * 5, $"{watch.ElapsedMilliseconds} ms");
        await RegisterWorld.Until(() => leader.Register.Status.State == RegisterState.QuorumLost, "QuorumLost is shown");
        await world.Servers[0].Thaw();
        await world.Servers[1].Thaw();

        // The servers kept their memory: somebody leads again, and what was unknown becomes known. Whether the delayed accept came before the
        // candidate's prepare is the servers' to say: it stands, or it never will.
        var (again, taken) = (leader.Saw<RegisterEvent.Gained>(g => g.Term > 1), follower.Saw<RegisterEvent.Gained>(_ => true));
        var first = await Task.WhenAny(again, taken);
        var stands = (await first).Assignments.ContainsKey(Web);
        var asked = await (first == again ? leader : follower).Propose(new Proposal(Web, 0, Lb1, "once more"));
        Assert.Equal(stands ? ProposalOutcome.Refused : ProposalOutcome.Committed, asked.Outcome);
    }

    [Fact]
    public async Task Unseeded_servers_are_waited_for_and_a_later_seed_starts_everything()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, seed: false);
        var a = world.Replica("a");
        await RegisterWorld.Until(() => a.Register.Status.State == RegisterState.NotSeeded, "NotSeeded is shown");
        Assert.Contains("quorum seed", a.Register.Status.Reason, StringComparison.Ordinal);

        var lines = new List<string>();
        var seeded = await world.Seeder().Seed(lines.Add, default);
        Assert.True(seeded.Seeded, seeded.Text);
        Assert.Contains(lines, l => l.Contains("waiting", StringComparison.Ordinal));
        var gained = await a.Saw<RegisterEvent.Gained>(_ => true);
        Assert.Equal(seeded.Generation, gained.Generation);
        Assert.Empty(gained.Assignments);
    }

    [Fact]
    public async Task Seeding_refuses_servers_that_hold_a_register_or_do_not_answer_and_names_each()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast);
        await world.Servers[1].Kill();
        var result = await world.Seeder().Seed(_ => { }, default);
        Assert.False(result.Seeded);
        Assert.Contains($"{world.Servers[0].Address} holds a register", result.Text, StringComparison.Ordinal);
        Assert.Contains($"{world.Servers[1].Address} gives no answer", result.Text, StringComparison.Ordinal);

        await world.Servers[0].Restart();
        await world.Servers[2].Restart();
        result = await world.Seeder().Seed(_ => { }, default);
        Assert.False(result.Seeded);
        Assert.Contains($"{world.Servers[1].Address} gives no answer", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Servers[0].Address, result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seeding_is_given_up_when_a_server_loses_its_memory_during_the_wait()
    {
        await using var world = await RegisterWorld.Start(RegisterWorld.Fast, seed: false);
        var result = await world.Seeder().Seed(line =>
        {
            if (line.Contains("waiting", StringComparison.Ordinal)) world.Servers[1].Restart().Wait();
        }, default);
        Assert.False(result.Seeded);
        Assert.Contains(world.Servers[1].Address, result.Text, StringComparison.Ordinal);
    }
}
