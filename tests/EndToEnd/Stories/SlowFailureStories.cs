using EndToEnd.Stage;
using Lab.Measuring;

namespace EndToEnd.Stories;

/// <summary>haproxy that hangs, and gateways that are gone.</summary>
public sealed class SlowFailureStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    [Fact]
    public async Task A_hanging_haproxy_is_noticed_and_the_VIP_moves()
    {
        var holder = await Scene.Calm();
        var struck = await Scene.Strike("hang-haproxy", holder);
        await Scene.Until(() => Scene.Holds(Scene.Other(holder)), Scene.Taken, "the other balancer takes the VIP");
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.NotEqual(holder, await Scene.Calm());
        var seen = await Scene.SeenSince(struck, holder);
        Moved(seen, 900 + FencePathMs, "hang-haproxy, healed, until armed again");
        Scene.Figures.Milliseconds("hang-haproxy: outage", seen.Outage.Milliseconds);
    }

    [Fact]
    public async Task A_holder_without_its_gateway_hands_over_within_a_second()
    {
        var holder = await Scene.Calm();
        var struck = await Scene.Strike("cut-gateway", holder);
        await Scene.Until(() => Scene.Holds(Scene.Other(holder)), Scene.Taken, "the other balancer takes the VIP");
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.NotEqual(holder, await Scene.Calm());
        var seen = await Scene.SeenSince(struck, holder);
        Moved(seen, FencePathMs, "cut-gateway of the holder, healed, until armed again");
        Scene.Figures.Milliseconds("cut-gateway: other balancer serves after", seen.MovedToMs!.Value);
        Scene.Figures.Milliseconds("cut-gateway: outage", seen.Outage.Milliseconds);
        Assert.True(seen.MovedToMs <= 2000, $"served by the other after {seen.MovedToMs} ms");
    }

    [Fact]
    public async Task A_gateway_that_both_lost_moves_nothing()
    {
        var holder = await Scene.Calm();
        var struck = await Scene.Strike("cut-gateway", "both");
        // an order and two rounds of every check that could want a move are over by then
        await Task.Delay(TimeSpan.FromSeconds(8));
        Quiet(await Scene.SeenSince(struck, holder), "gateway cut for both, 8 s");
        Assert.Equal(holder, await Scene.Calm());
        Quiet(await Scene.SeenSince(struck, holder), "gateway back, until armed again");
    }
}
