using Arbiter.Events;
using Arbiter.Events.Plane;
using Arbiter.Groups;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Events;

public sealed class NewsTests
{
    private static ReplicaNewsDesk Desk(RoleRegister register, TimeProvider time) =>
        new(Replica.Cluster, register, new Api.Board(new ClusterStatus(7, true, "", [], [])), time, NullLogger<ReplicaNewsDesk>.Instance);

    private static NewsMessage Message(long term, long seq, string json = "{}") => new()
    {
        V = 1, Cluster = "test", Leader = "a1/1", Generation = 1, Term = term, Seq = seq, StatusVersion = 3, Topics = new() { ["notifications"] = json },
    };

    [Fact]
    public async Task What_the_leader_tells_stands_at_the_standby_and_a_change_follows_at_once()
    {
        await using var memory = new InMemoryPlane();
        await using var leader = await (await new Replica("a1", "a1", _ => memory).Start()).Connected();
        await using var standby = await (await new Replica("a2", "a1", _ => memory).Start()).Connected();
        leader.News.Tell("notifications", """{"due":1}""");
        await Wait.Until(() => standby.News.Newest?.Topics.GetValueOrDefault("notifications") == """{"due":1}""", TimeSpan.FromSeconds(30));
        var news = standby.News.Newest!;
        Assert.Equal(("a1/1", 1L, 1L, 7L, true), (news.Leader, news.Generation, news.Term, news.StatusVersion, news.Known));
        leader.News.Tell("notifications", """{"due":2}""");
        // before the regular message, which comes every 5 s
        await Wait.Until(() => standby.News.Newest?.Topics.GetValueOrDefault("notifications") == """{"due":2}""", TimeSpan.FromSeconds(3));
        // told by a standby it goes nowhere
        standby.News.Tell("notifications", """{"due":3}""");
        Assert.Equal("""{"due":2}""", standby.News.Newest!.Topics["notifications"]);
        Assert.Equal("""{"due":2}""", leader.News.Newest!.Topics["notifications"]);
    }

    [Fact]
    public async Task While_the_broker_in_memory_is_away_nobody_is_connected_and_afterwards_everybody_is_again()
    {
        await using var memory = new InMemoryPlane();
        await using var leader = await (await new Replica("a1", "a1", _ => memory).Start()).Connected();
        await using var standby = await (await new Replica("a2", "a1", _ => memory).Start()).Connected();
        memory.Away = true;
        await Wait.Until(() => !leader.Plane.Status.Connected && !standby.Plane.Status.Connected, TimeSpan.FromSeconds(30));
        Assert.Equal("the broker is down", leader.Plane.Status.Reason);
        leader.News.Tell("notifications", """{"due":1}""");
        memory.Away = false;
        await leader.Connected();
        await standby.Connected();
        await Wait.Until(() => standby.News.Newest?.Topics.GetValueOrDefault("notifications") == """{"due":1}""", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void News_older_than_15_s_or_of_a_leader_of_the_past_count_as_unknown()
    {
        var time = new FakeTimeProvider();
        var register = new RoleRegister("a2", "a1");
        var desk = Desk(register, time);
        Assert.Null(desk.Newest);
        Assert.Null(desk.Heard(Message(1, 1)));
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(desk.Newest!.Known);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(desk.Newest!.Known);
        Assert.Null(desk.Heard(Message(1, 2)));
        Assert.True(desk.Newest!.Known);
        register.Lead("a3", 2);
        Assert.False(desk.Newest!.Known);
        Assert.Equal("a1/1", desk.Newest.Leader);
    }

    [Fact]
    public void What_is_not_newer_is_dropped()
    {
        var desk = Desk(new RoleRegister("a2", "a1"), new FakeTimeProvider());
        desk.Heard(Message(2, 5, "5"));
        desk.Heard(Message(2, 4, "4"));
        desk.Heard(Message(1, 9, "9"));
        Assert.Equal("5", desk.Newest!.Topics["notifications"]);
        desk.Heard(Message(3, 1, "1"));
        Assert.Equal("1", desk.Newest!.Topics["notifications"]);
    }

    [Fact]
    public void News_that_are_not_right_are_refused()
    {
        var desk = Desk(new RoleRegister("a2", "a1"), new FakeTimeProvider());
        Assert.NotNull(desk.Heard(Message(1, 1) with { Leader = null }));
        Assert.NotNull(desk.Heard(Message(1, 1) with { Leader = "a1\n" }));
        Assert.NotNull(desk.Heard(Message(1, -1)));
        Assert.NotNull(desk.Heard(Message(1, 1) with { Topics = null }));
        Assert.NotNull(desk.Heard(Message(1, 1) with { Topics = new() { ["No Topic"] = "1" } }));
        Assert.NotNull(desk.Heard(Message(1, 1, new string('x', ReplicaNewsDesk.MaxTopic + 1))));
        Assert.Null(desk.Newest);
    }

    [Fact]
    public void A_topic_beyond_the_bounds_is_left_out_and_does_not_stand_as_what_it_was()
    {
        var desk = Desk(new RoleRegister("a1", "a1"), new FakeTimeProvider());
        desk.Tell("notifications", "1");
        desk.Tell("notifications", new string('x', ReplicaNewsDesk.MaxTopic + 1));
        Assert.Empty(desk.Newest!.Topics);
        for (var i = 0; i < 2 * ReplicaNewsDesk.MaxTopics; i++) desk.Tell($"t{i}", "1");
        Assert.Equal(ReplicaNewsDesk.MaxTopics, desk.Newest!.Topics.Count);
        desk.Tell("t0", null);
        desk.Tell("notifications", "2");
        Assert.Equal("2", desk.Newest!.Topics["notifications"]);
    }
}
