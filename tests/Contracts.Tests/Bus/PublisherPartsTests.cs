using Contracts.Bus;

namespace Contracts.Tests.Bus;

/// <summary>What waits and what is under way, without a broker.</summary>
public sealed class PublisherPartsTests
{
    private readonly List<(string Key, SendOutcome Outcome, string? Detail)> _settled = [];

    private static Envelope Message(string key, int number = 0) => new("vip.state", key, new[] { (byte)number }, null, default);

    private InFlight Flight() => new(TimeSpan.FromSeconds(2), (e, outcome, detail) => _settled.Add((e.RoutingKey, outcome, detail)));

    [Fact]
    public void With_room_no_message_replaces_another()
    {
        var outbox = new Outbox(3);
        for (var i = 0; i < 3; i++) Assert.Null(outbox.Add(Message("state.a", i)));
        for (var i = 0; i < 3; i++) Assert.Equal(i, outbox.Take()!.Body.Span[0]);
        Assert.Null(outbox.Take());
    }

    [Fact]
    public void When_full_the_oldest_of_the_same_key_gives_way_and_the_newest_goes_last()
    {
        var outbox = new Outbox(3);
        outbox.Add(Message("state.a", 1));
        outbox.Add(Message("state.b", 2));
        outbox.Add(Message("state.b", 3));
        Assert.Equal(2, outbox.Add(Message("state.b", 4))!.Body.Span[0]);
        Assert.Equal([1, 3, 4], new[] { outbox.Take()!, outbox.Take()!, outbox.Take()! }.Select(e => (int)e.Body.Span[0]));
    }

    [Fact]
    public void When_full_of_other_keys_the_oldest_gives_way()
    {
        var outbox = new Outbox(2);
        outbox.Add(Message("state.a", 1));
        outbox.Add(Message("state.b", 2));
        Assert.Equal(1, outbox.Add(Message("state.c", 3))!.Body.Span[0]);
    }

    [Fact]
    public void A_confirm_settles_one_or_all_up_to_it()
    {
        var flight = Flight();
        for (ulong i = 1; i <= 4; i++) flight.Add(i, Message($"m{i}"), TimeSpan.Zero);
        flight.Acked(2, multiple: false);
        flight.Acked(3, multiple: true);
        Assert.Equal(["m2", "m1", "m3"], _settled.Select(s => s.Key));
        Assert.All(_settled, s => Assert.Equal(SendOutcome.Confirmed, s.Outcome));
        Assert.Equal(1, flight.Count);
    }

    [Fact]
    public void A_return_counts_when_its_confirm_comes_and_a_refusal_is_a_failure()
    {
        var flight = Flight();
        flight.Add(1, Message("m1"), TimeSpan.Zero);
        flight.Add(2, Message("m2"), TimeSpan.Zero);
        flight.Returned(1, "312 NO_ROUTE");
        Assert.Empty(_settled);
        flight.Acked(1, multiple: true);
        flight.Nacked(2, multiple: false);
        Assert.Equal([("m1", SendOutcome.Returned, "312 NO_ROUTE"), ("m2", SendOutcome.Failed, "the broker refused it")], _settled);
    }

    [Fact]
    public void What_is_not_confirmed_in_time_is_told_once_and_a_late_confirm_is_nothing()
    {
        var flight = Flight();
        flight.Add(1, Message("m1"), TimeSpan.Zero);
        flight.Add(2, Message("m2"), TimeSpan.FromSeconds(1));
        Assert.Equal(0, flight.Expire(TimeSpan.FromSeconds(1.9)));
        Assert.Equal(1, flight.Expire(TimeSpan.FromSeconds(2)));
        flight.Acked(1, multiple: false);
        flight.Fail("gone");
        Assert.Equal([("m1", SendOutcome.TimedOut, "no confirm within 2 s"), ("m2", SendOutcome.Failed, "gone")], _settled);
    }
}
