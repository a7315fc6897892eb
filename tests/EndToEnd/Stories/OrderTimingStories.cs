using Contracts.Vocabulary;
using EndToEnd.Stage;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>The leader's word may come at any moment of a move; a changed priority of the successor would cost a whole election.</summary>
public sealed class OrderTimingStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>
    /// When the order is sent: milliseconds after the fence was seen; below 0 before the kill, early enough that it must be written by then
    /// if it does not wait.
    /// </summary>
    private static readonly int[] Offsets = [-250, -4, 0, 4, 12];

    /// <summary>Once is enough for every day; <c>E2E_ROUNDS</c> asks for more, <c>LAB_ADVERT=1s</c> for the interval at which a mistake costs most.</summary>
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("E2E_ROUNDS"), out var rounds) ? Math.Clamp(rounds, 1, 20) : 1;

    [Fact]
    public async Task The_order_holder_to_the_standby_around_the_fence_delays_nothing_and_waits_for_MASTER()
    {
        var holder = await Scene.Calm();
        foreach (var arbiter in Topology.Arbiters) await ServiceTable.Arbiter.Stop(Scene.Host(arbiter));
        List<double> outages = [];
        try
        {
            await using var leader = await TestLeader.Elect(Scene.Lab);
            var epoch = leader.Epoch;
            foreach (var offset in Enumerable.Repeat(Offsets, Rounds).SelectMany(o => o))
            {
                var standby = Scene.Other(holder);
                await Arm(leader, holder, standby, ++epoch);
                outages.Add(await Fail(leader, holder, standby, ++epoch, offset));
                holder = standby;
            }
        }
        finally
        {
            // the leader's term was higher than any to come: a new generation ends it
            await Scene.Strike("kill-redis", "3");
            await Scene.Calm();
        }
        Scene.Figures.Milliseconds("order holder to the standby around the fence: outage", outages);
        Assert.True(Figures.Median(outages) <= 100, $"median outage {Figures.Median(outages)} ms");
    }

    private async Task Arm(TestLeader leader, string holder, string standby, long epoch)
    {
        leader.Order(standby, OrderedRole.Standby, epoch);
        leader.Order(holder, OrderedRole.Holder, epoch, standby);
        await Scene.Until(() => Scene.Priority(holder) == 254 && Scene.Priority(standby) == 253, TimeSpan.FromSeconds(15), $"{holder} and {standby} are armed");
        // keepalived settles, and the holder hears once more who stands ready
        await Task.Delay(TimeSpan.FromMilliseconds(1500));
    }

    private async Task<double> Fail(TestLeader leader, string holder, string standby, long epoch, int offset)
    {
        var blow = await Lab.Faults.FaultPlan.Parse("kill-haproxy", holder).Aim(Scene.Lab);
        var struck = Now;
        if (offset < 0)
        {
            leader.Order(standby, OrderedRole.Holder, epoch);
            await Task.Delay(TimeSpan.FromMilliseconds(-offset));
            Assert.Equal(253, Scene.Priority(standby));
            struck = Now;
        }
        await blow();
        Assert.True(Scene.Spin(() => Scene.Fenced(holder), TimeSpan.FromMilliseconds(300)), $"{holder} is fenced at once");
        var fenced = Now;
        if (offset >= 0)
        {
            Scene.Spin(() => Clock.Milliseconds(Now - fenced) >= offset, TimeSpan.FromMilliseconds(offset + 1));
            leader.Order(standby, OrderedRole.Holder, epoch);
        }
        Assert.True(Scene.Spin(() => Scene.Priority(standby) != 253, TimeSpan.FromSeconds(3)), $"{standby} becomes holder");
        var raised = Now;
        leader.Order(holder, OrderedRole.Untold, epoch, otherMaster: true);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var gained = Scene.VipChanges.First(change => change.Gained && change.At >= struck && change.Balancer == standby[^1] - '0').At;
        Tell($"order at {offset} ms: fenced {Clock.Milliseconds(fenced - struck)} ms, VIP {Clock.Milliseconds(gained - struck)} ms, 254 at {Clock.Milliseconds(raised - struck)} ms after the kill");
        Assert.Equal(254, Scene.Priority(standby));
        Assert.True(raised >= gained - 5 * Clock.Millisecond, $"254 was written {Clock.Milliseconds(gained - raised)} ms before the VIP was there");
        await Scene.Start(ServiceTable.Haproxy, holder);
        await Scene.Until(() => !Scene.Fenced(holder) && leader.Reading(holder).Health == Health.Good, TimeSpan.FromSeconds(10), $"{holder} is healthy again");
        var seen = await Scene.SeenSince(struck, holder);
        Moved(seen, FencePathMs, $"holder ordered {offset} ms after the fence");
        return seen.Outage.Milliseconds;
    }
}
