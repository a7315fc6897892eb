using Contracts.Bus;
using Microsoft.Extensions.Time.Testing;

namespace Contracts.Tests.Bus;

public sealed class InMemoryBrokerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryBroker _broker;
    private readonly InMemorySteeringLink _arbiter;
    private readonly InMemorySteeringLink _agent;

    public InMemoryBrokerTests()
    {
        _broker = new InMemoryBroker(_time);
        _arbiter = new InMemorySteeringLink(_broker, "arbiter", [new("vip.health", "health.*")]);
        _agent = new InMemorySteeringLink(_broker, "lb1", [new("vip.orders", "order.lb1")]);
        _arbiter.Attach();
        _agent.Attach();
        Assert.IsType<LinkEvent.Connected>(Assert.Single(Read(_arbiter)));
        Assert.IsType<LinkEvent.Connected>(Assert.Single(Read(_agent)));
    }

    private static List<LinkEvent> Read(ISteeringLink link)
    {
        var events = new List<LinkEvent>();
        while (link.Events.TryRead(out var happened)) events.Add(happened);
        return events;
    }

    private static Envelope Health(int number = 0) => new("vip.health", "health.lb1", BitConverter.GetBytes(number), null, default);

    [Theory]
    [InlineData("health.*", "health.lb1", true)]
    [InlineData("health.*", "health", false)]
    [InlineData("health.*", "health.a.b", false)]
    [InlineData("#", "", true)]
    [InlineData("#", "a.b.c", true)]
    [InlineData("a.#", "a", true)]
    [InlineData("a.#", "a.b.c", true)]
    [InlineData("#.c", "a.b.c", true)]
    [InlineData("#.c", "c", true)]
    [InlineData("#.b", "a.b.c", false)]
    [InlineData("a.#.c", "a.c", true)]
    [InlineData("a.#.c.*", "a.c.b.c.d", true)]
    [InlineData("*.*", "a", false)]
    [InlineData("#.*", "a", true)]
    [InlineData("#.#", "", true)]
    [InlineData("*", "", true)]
    [InlineData("order.lb1", "order.lb10", false)]
    public void Topics_match_as_AMQP_says(string pattern, string key, bool matches) => Assert.Equal(matches, TopicPattern.Matches(pattern, key));

    [Fact]
    public void A_message_reaches_who_is_bound_with_its_sender_and_is_confirmed()
    {
        _agent.Publish(Health(7));
        Assert.Equal("lb1", Assert.IsType<LinkEvent.Received>(Assert.Single(Read(_arbiter))).Envelope.UserId);
        Assert.Equal(SendOutcome.Confirmed, Assert.IsType<LinkEvent.Sent>(Assert.Single(Read(_agent))).Outcome);
    }

    [Fact]
    public void Without_a_queue_it_is_returned()
    {
        _agent.Detach();
        _arbiter.Publish(new Envelope("vip.orders", "order.lb1", default, null, default));
        Assert.Equal(SendOutcome.Returned, Assert.IsType<LinkEvent.Sent>(Assert.Single(Read(_arbiter))).Outcome);
    }

    [Fact]
    public void A_dead_broker_disconnects_once_loses_what_waited_and_comes_back()
    {
        _broker.Held = true;
        _agent.Publish(Health());
        _broker.Down = true;
        _broker.Down = true;
        _agent.Publish(Health());
        _broker.Down = false;
        _broker.Held = false;
        Assert.Equal([typeof(LinkEvent.Disconnected), typeof(LinkEvent.Connected)], Read(_arbiter).Select(e => e.GetType()));
        var agent = Read(_agent);
        Assert.Equal(SendOutcome.Failed, Assert.IsType<LinkEvent.Sent>(agent[2]).Outcome);
        Assert.IsType<LinkEvent.Connected>(agent[3]);
    }

    [Fact]
    public void A_blocked_broker_takes_nothing_and_still_delivers()
    {
        _broker.Held = true;
        _agent.Publish(Health(1));
        _broker.Blocked = true;
        _agent.Publish(Health(2));
        _broker.Pump();
        Assert.Equal([typeof(LinkEvent.Disconnected), typeof(LinkEvent.Received)], Read(_arbiter).Select(e => e.GetType()));
        _broker.Blocked = false;
        Assert.IsType<LinkEvent.Connected>(Assert.Single(Read(_arbiter)));
    }

    [Fact]
    public void One_link_alone_can_be_cut()
    {
        _agent.Cut = true;
        Assert.IsType<LinkEvent.Disconnected>(Assert.Single(Read(_agent)));
        Assert.Empty(Read(_arbiter));
        _agent.Cut = false;
        Assert.IsType<LinkEvent.Connected>(Assert.Single(Read(_agent)));
    }

    [Fact]
    public void A_dropped_message_is_not_confirmed_and_the_one_after_it_is()
    {
        _broker.DropNext(1);
        _agent.Publish(Health(1));
        _agent.Publish(Health(2));
        Assert.Equal(2, BitConverter.ToInt32(Assert.IsType<LinkEvent.Received>(Assert.Single(Read(_arbiter))).Envelope.Body.Span));
        Assert.Equal([SendOutcome.TimedOut, SendOutcome.Confirmed], Read(_agent).Cast<LinkEvent.Sent>().Select(s => s.Outcome));
    }

    [Fact]
    public void A_queue_keeps_the_newest_thousand_in_order()
    {
        _broker.Held = true;
        for (var i = 0; i < 1005; i++) _agent.Publish(Health(i));
        Assert.Equal(10, _broker.Pump(10));
        _broker.Held = false;
        Assert.Equal(Enumerable.Range(5, 1000), Read(_arbiter).Cast<LinkEvent.Received>().Select(r => BitConverter.ToInt32(r.Envelope.Body.Span)));
    }

    [Fact]
    public void What_waited_longer_than_five_seconds_is_not_delivered()
    {
        _broker.Held = true;
        _agent.Publish(Health(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        _agent.Publish(Health(2));
        _time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal(1, _broker.Pump());
        Assert.Equal(2, BitConverter.ToInt32(Assert.IsType<LinkEvent.Received>(Assert.Single(Read(_arbiter))).Envelope.Body.Span));
    }

    [Fact]
    public async Task It_runs_until_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var link = new InMemorySteeringLink(_broker, "lb2", []);
        var running = link.Run(stop.Token);
        Assert.IsType<LinkEvent.Connected>(Assert.Single(Read(link)));
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<LinkEvent.Disconnected>(Assert.Single(Read(link)));
    }

    [Fact]
    public void A_slow_reader_loses_the_oldest_events_and_they_are_counted()
    {
        var events = new LinkEvents();
        for (var i = 0; i < LinkEvents.Capacity + 3; i++) events.Add(new LinkEvent.Disconnected($"{i}"));
        Assert.Equal(3, events.Dropped);
        Assert.True(events.Reader.TryRead(out var first));
        Assert.Equal(new LinkEvent.Disconnected("3"), first);
    }
}
