using Arbiter.Events;
using Arbiter.Events.Plane;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Events;

/// <summary>Verbs between two replicas over MassTransit's in-memory transport.</summary>
public sealed class VerbTests
{
    private static async Task<(Replica Leader, Replica Standby)> Two(InMemoryPlane memory, IVerb verb)
    {
        var leader = await new Replica("a1", "a1", _ => memory, verb).Start();
        var standby = await new Replica("a2", "a1", _ => memory, verb).Start();
        return (await leader.Connected(), await standby.Connected());
    }

    [Fact]
    public async Task A_verb_that_reaches_a_standby_is_done_by_the_leader_and_its_answer_comes_back()
    {
        await using var memory = new InMemoryPlane();
        var bell = new Bell();
        var (leader, standby) = await Two(memory, bell);
        await using (leader) await using (standby)
        {
            Assert.Equal(new VerbReply(VerbOutcome.Done, "rung 1 for ops: loud", """{"n":1}"""), await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
            Assert.Equal("rung 2 for ops: soft", (await leader.Verbs.Do(Bell.Call("r2", "soft"), CancellationToken.None)).Text);
            Assert.Equal(2, bell.Rung);
        }
    }

    [Fact]
    public async Task The_same_request_id_again_gets_the_same_answer_and_does_nothing()
    {
        await using var memory = new InMemoryPlane();
        var bell = new Bell();
        var (leader, standby) = await Two(memory, bell);
        await using (leader) await using (standby)
        {
            var first = await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None);
            Assert.Equal(first, await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
            // asked of the leader itself the second time
            Assert.Equal(first, await leader.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
            Assert.Equal(1, bell.Rung);
            var other = await standby.Verbs.Do(Bell.Call("r1", "soft"), CancellationToken.None);
            Assert.Equal(VerbOutcome.Refused, other.Outcome);
            Assert.Contains("used for another verb", other.Text);
        }
    }

    [Fact]
    public async Task A_refusal_comes_back_with_its_text()
    {
        await using var memory = new InMemoryPlane();
        var (leader, standby) = await Two(memory, new Bell { Instead = _ => Task.FromResult(new VerbReply(VerbOutcome.Refused, "the rope is off")) });
        await using (leader) await using (standby)
            Assert.Equal(new VerbReply(VerbOutcome.Refused, "the rope is off"), await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
    }

    [Fact]
    public async Task A_replica_that_lost_leadership_says_so_and_does_nothing()
    {
        await using var memory = new InMemoryPlane();
        var bell = new Bell();
        var (leader, standby) = await Two(memory, bell);
        await using (leader) await using (standby)
        {
            leader.Register.Lead("a3", 2);
            Assert.Equal(new VerbReply(VerbOutcome.NotLeading, "this replica does not lead; a3/1 does"), await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
            // what was not done is not remembered
            leader.Register.Lead("a1", 3);
            Assert.Equal(VerbOutcome.Done, (await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None)).Outcome);
            Assert.Equal(1, bell.Rung);
        }
    }

    [Fact]
    public async Task A_leader_that_does_not_answer_costs_three_seconds_and_is_not_called_a_failure()
    {
        await using var memory = new InMemoryPlane();
        await using var standby = await (await new Replica("a2", "gone", _ => memory, new Bell()).Start()).Connected();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var reply = await standby.Verbs.Do(Bell.Call("r1"), CancellationToken.None);
        Assert.Equal(VerbOutcome.Unknown, reply.Outcome);
        Assert.Contains("same request id", reply.Text);
        Assert.InRange(clock.Elapsed.TotalSeconds, 2.5, 15);
    }

    [Fact]
    public async Task Without_a_leader_and_without_a_broker_the_answer_comes_at_once()
    {
        await using var memory = new InMemoryPlane();
        await using var alone = new Replica("a2", null, _ => memory, new Bell());
        Assert.Equal(new VerbReply(VerbOutcome.NotLeading, "nobody leads at the moment"), await alone.Verbs.Do(Bell.Call("r1"), CancellationToken.None));
        alone.Register.Lead("a1", 1);
        var reply = await alone.Verbs.Do(Bell.Call("r1"), CancellationToken.None);
        Assert.Equal(VerbOutcome.Unreachable, reply.Outcome);
        Assert.Contains("not connected yet", reply.Text);
    }

    [Theory]
    [InlineData("bell.break", "{}", "r1", "ops", "no verb of that kind; known: bell.ring")]
    [InlineData("bell.ring", "{}", "", "ops", "request id")]
    [InlineData("bell.ring", "{}", "r 1", "ops", "request id")]
    [InlineData("bell.ring", "[]", "r1", "ops", "JSON object")]
    [InlineData("bell.ring", "{\"how\":", "r1", "ops", "no JSON")]
    [InlineData("bell.ring", "{}", "r1", "o\u0007s", "control character")]
    public async Task A_call_that_is_not_right_is_refused_with_its_reason(string kind, string arguments, string id, string who, string reason)
    {
        var desk = Desk(new Bell(), TimeProvider.System);
        var reply = await desk.Act(new VerbCall(kind, arguments, id, who), CancellationToken.None);
        Assert.Equal(VerbOutcome.Refused, reply.Outcome);
        Assert.Contains(reason, reply.Text);
    }

    [Fact]
    public async Task A_verb_that_throws_is_answered_without_the_exceptions_text()
    {
        var desk = Desk(new Bell { Instead = _ => throw new InvalidOperationException("password=hunter2") }, TimeProvider.System);
        var reply = await desk.Act(Bell.Call("r1"), CancellationToken.None);
        Assert.Equal(VerbOutcome.Unknown, reply.Outcome);
        Assert.DoesNotContain("hunter2", reply.Text);
    }

    [Fact]
    public async Task Request_ids_are_known_for_ten_minutes_and_1024_at_most()
    {
        var time = new FakeTimeProvider();
        var bell = new Bell();
        var desk = Desk(bell, time);
        for (var i = 0; i < VerbDesk.MaxKnown; i++) Assert.Equal(VerbOutcome.Done, (await desk.Act(Bell.Call($"r{i}"), CancellationToken.None)).Outcome);
        Assert.Contains("within 10 minutes", (await desk.Act(Bell.Call("more"), CancellationToken.None)).Text);
        Assert.Equal(VerbOutcome.Done, (await desk.Act(Bell.Call("r0"), CancellationToken.None)).Outcome);
        Assert.Equal(VerbDesk.MaxKnown, bell.Rung);
        time.Advance(VerbDesk.Memory + TimeSpan.FromSeconds(1));
        Assert.Equal(VerbOutcome.Done, (await desk.Act(Bell.Call("r0"), CancellationToken.None)).Outcome);
        Assert.Equal(VerbDesk.MaxKnown + 1, bell.Rung);
    }

    [Fact]
    public async Task A_slow_verb_is_answered_before_its_asker_gives_up_and_the_result_is_there_on_the_second_asking()
    {
        var time = new FakeTimeProvider();
        var done = new TaskCompletionSource<VerbReply>();
        var bell = new Bell { Instead = _ => done.Task };
        var desk = Desk(bell, time);
        var first = desk.Act(Bell.Call("r1"), CancellationToken.None);
        await Wait.Until(() => bell.Rung == 1, TimeSpan.FromSeconds(30));
        time.Advance(VerbDesk.Deadline);
        Assert.Equal(VerbOutcome.Unknown, (await first).Outcome);
        done.SetResult(new VerbReply(VerbOutcome.Done, "at last"));
        Assert.Equal("at last", (await desk.Act(Bell.Call("r1"), CancellationToken.None)).Text);
        Assert.Equal(1, bell.Rung);
    }

    private static VerbDesk Desk(IVerb verb, TimeProvider time) => new([verb], new RoleRegister("a1", "a1"), time, NullLogger<VerbDesk>.Instance);
}
