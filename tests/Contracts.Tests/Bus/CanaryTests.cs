using System.Text;
using Contracts.Bus;
using Microsoft.Extensions.Time.Testing;

namespace Contracts.Tests.Bus;

public sealed class CanaryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Canary _canary;

    public CanaryTests()
    {
        _canary = new Canary("q.agent.lb1.p1", _time);
        _canary.Begin();
    }

    [Fact]
    public void One_that_comes_back_says_how_long_it_took_and_ends_the_misses()
    {
        _canary.Next();
        Assert.Equal(1, _canary.Judge());
        var body = _canary.Next();
        _time.Advance(TimeSpan.FromMilliseconds(3));
        Assert.True(_canary.Returned(body));
        Assert.Equal(0, _canary.Judge());
        Assert.Equal(new LinkHealth(3, 0, 0), _canary.Health);
    }

    [Fact]
    public void A_late_one_proves_the_path_and_says_nothing_of_how_long_it_takes()
    {
        var late = _canary.Next();
        _canary.Judge();
        _canary.Next();
        Assert.True(_canary.Returned(late));
        Assert.Equal(0, _canary.Judge());
        Assert.Null(_canary.Health.CanaryMs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("q.agent.lb1.p1")]
    [InlineData("q.agent.lb1.p1 ")]
    [InlineData("q.agent.lb1.p2 1")]
    [InlineData("q.agent.lb1.p1 0")]
    [InlineData("q.agent.lb1.p1 2")]
    [InlineData("q.agent.lb1.p1 -1")]
    [InlineData("q.agent.lb1.p1 1x")]
    [InlineData("q.agent.lb1.p1 99999999999999999999999")]
    [InlineData("{\"v\":1}")]
    public void What_is_not_one_of_ours_proves_nothing(string body)
    {
        _canary.Next();
        Assert.False(_canary.Returned(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(1, _canary.Judge());
    }

    [Fact]
    public void One_sent_over_earlier_connections_proves_nothing_about_these()
    {
        var old = _canary.Next();
        _canary.Begin();
        _canary.Next();
        Assert.False(_canary.Returned(old));
        Assert.Equal(1, _canary.Judge());
    }

    [Fact]
    public void While_the_broker_blocks_nothing_is_a_miss()
    {
        for (var i = 0; i < 10; i++)
        {
            _canary.Next();
            _canary.Forgive();
            Assert.Equal(0, _canary.Judge());
        }
    }

    [Fact]
    public void A_link_that_hears_nothing_more_while_its_publishes_are_confirmed_is_made_anew_after_three_misses()
    {
        var broker = new InMemoryBroker(_time);
        var link = new InMemorySteeringLink(broker, "lb1", [new("vip.orders", "order.lb1")]);
        var arbiter = new InMemorySteeringLink(broker, "arbiter", [new("vip.health", "health.*")]);
        link.Attach();
        arbiter.Attach();
        link.Beat();
        link.Deaf = true;

        link.Publish(new Envelope("vip.health", "health.lb1", new byte[1], null, default));
        arbiter.Publish(new Envelope("vip.orders", "order.lb1", new byte[1], null, default));
        for (var i = 0; i < 3; i++)
        {
            link.Beat();
            Assert.DoesNotContain(Read(link), e => e is LinkEvent.Disconnected);
        }
        Assert.Equal(2, link.Health.Misses);
        link.Beat();

        var events = Read(link);
        Assert.Contains("3 canaries", Assert.IsType<LinkEvent.Disconnected>(events[0]).Reason, StringComparison.Ordinal);
        Assert.IsType<LinkEvent.Connected>(events[1]);
        Assert.Equal(0, link.Health.Misses);
        Assert.Equal(1, link.Health.Rebuilds);
        arbiter.Publish(new Envelope("vip.orders", "order.lb1", new byte[1], null, default));
        Assert.IsType<LinkEvent.Received>(Assert.Single(Read(link)));
        Assert.All(Read(arbiter).OfType<LinkEvent.Sent>(), s => Assert.Equal(SendOutcome.Confirmed, s.Outcome));
    }

    private static List<LinkEvent> Read(ISteeringLink link)
    {
        var events = new List<LinkEvent>();
        while (link.Events.TryRead(out var happened)) events.Add(happened);
        return events;
    }
}
