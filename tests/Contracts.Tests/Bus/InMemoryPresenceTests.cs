using Contracts.Bus;

namespace Contracts.Tests.Bus;

public sealed class InMemoryPresenceTests
{
    [Fact]
    public async Task It_listens_and_hands_on_what_it_is_told_until_it_is_stopped()
    {
        var presence = new InMemoryPresence();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = presence.Run(stop.Token);
        Assert.IsType<PresenceEvent.Listening>(await presence.Events.ReadAsync(stop.Token));
        presence.Say(new PresenceEvent.ConnectionClosed("arbiter-agent/lb1/f00d/publish"));
        Assert.Equal(new PresenceEvent.ConnectionClosed("arbiter-agent/lb1/f00d/publish"), await presence.Events.ReadAsync(stop.Token));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void With_a_reader_that_is_slow_the_oldest_gives_way()
    {
        var presence = new InMemoryPresence();
        for (var i = 0; i < 300; i++) presence.Say(new PresenceEvent.ConnectionClosed($"{i}"));
        Assert.True(presence.Events.TryRead(out var first));
        Assert.Equal(new PresenceEvent.ConnectionClosed("44"), first);
    }
}
