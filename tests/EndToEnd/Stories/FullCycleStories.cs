using EndToEnd.Stage;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>Kill, fence, recovery, re-arm, kill on the other side: exactly one outage per kill and nothing in between.</summary>
public sealed class FullCycleStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>There and back; <c>E2E_ALL=1</c>: once more.</summary>
    private static readonly int Kills = LabFixture.All ? 3 : 2;

    [Fact]
    public async Task Each_kill_of_haproxy_is_one_outage_and_one_move_and_nothing_else_until_the_next()
    {
        var holder = await Scene.Calm();
        List<double> outages = [], moved = [];
        for (var kill = 1; kill <= Kills; kill++)
        {
            var other = Scene.Other(holder);
            var struck = await Scene.Strike("kill-haproxy", holder);
            await Scene.Until(() => Scene.Holds(other), Scene.Taken, $"{other} takes the VIP");
            await Task.Delay(TimeSpan.FromSeconds(1));
            await Scene.Start(ServiceTable.Haproxy, holder);
            Assert.Equal(other, await Scene.Rearmed());
            // the whole way, from the kill until armed again: one outage, which is over in a moment, and one move
            var seen = await Scene.SeenSince(struck, holder);
            Moved(seen, FencePathMs, $"kill {kill} on {holder}, until armed again");
            outages.Add(seen.Outage.Milliseconds);
            moved.Add(seen.MovedToMs!.Value);
            holder = other;
        }
        Scene.Figures.Milliseconds("full cycle: outage of a killed haproxy", outages);
        Scene.Figures.Milliseconds("full cycle: other balancer serves after", moved);
    }

    [Fact]
    public async Task With_the_control_plane_killed_right_after_the_fence_there_is_no_rearm_and_the_next_kill_is_sick_only()
    {
        // lb1 has the higher base: it is who takes over and keeps the VIP at the second kill
        await Scene.CalmOn("lb1");
        var away = await Lab.Faults.FaultPlan.Parse("kill-control-plane").Aim(Scene.Lab);
        var struck = await Scene.Strike("kill-haproxy", "lb1");
        Assert.True(Scene.Spin(() => Scene.Fenced("lb1"), TimeSpan.FromMilliseconds(300)), "lb1 is fenced at once");
        await away();
        var fenced = Now;
        await Scene.Until(() => Scene.Holds("lb2"), Scene.Taken, "lb2 takes the VIP");

        await Scene.Until(() => !Scene.Fenced("lb1"), TimeSpan.FromMilliseconds(LabFixture.FenceMs + 1000), "the fence of lb1 ends by its deadline");
        var fence = Clock.Milliseconds(Now - fenced);
        Assert.True(fence <= LabFixture.FenceMs + 500, $"the fence lasted {fence} ms");
        Assert.Equal(Topology.BasePriority("lb1") - 100, Scene.Priority("lb1"));
        Assert.Equal(253, Scene.Priority("lb2"));
        Scene.Figures.Milliseconds("fence without control plane ends after", fence);

        await Scene.Start(ServiceTable.Haproxy, "lb1");
        await Scene.Until(() => Scene.Priority("lb1") == Topology.BasePriority("lb1"), TimeSpan.FromSeconds(15), "lb1 is healthy again and at its base");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal(253, Scene.Priority("lb2"));
        var first = await Scene.SeenSince(struck, "lb1");
        Moved(first, FencePathMs, "first kill, control plane gone, until 3 s after haproxy was back");

        var again = await Scene.Strike("kill-haproxy", "lb2");
        await Scene.Until(() => Scene.Holds("lb1"), Scene.Taken, "lb1 takes the VIP by VRRP");
        Assert.False(Scene.Fenced("lb2"), "nobody fences without a standing order");
        await Task.Delay(TimeSpan.FromSeconds(1));
        await Scene.Start(ServiceTable.Haproxy, "lb2");
        await Task.Delay(TimeSpan.FromSeconds(3));
        var second = await Scene.SeenSince(again, "lb2");
        Moved(second, 3 * LabFixture.AdvertMs + 1200, "second kill, sick only, until 3 s after haproxy was back");
        Scene.Figures.Milliseconds("sick only, without control plane: outage", second.Outage.Milliseconds);
    }

    [Fact]
    public async Task When_both_haproxies_die_within_100_ms_the_first_that_is_back_serves_and_nobody_stays_fenced()
    {
        var holder = await Scene.Calm();
        var other = Scene.Other(holder);
        var struck = await Scene.Strike("kill-haproxy", holder);
        await Task.Delay(TimeSpan.FromMilliseconds(50));
        await Scene.Strike("kill-haproxy", other);

        Dictionary<string, long> since = [];
        double longest = 0, both = 0;
        for (var last = Now; Clock.Milliseconds(Now - struck) < LabFixture.FenceMs + 3000; last = Now)
        {
            foreach (var host in Topology.Balancers)
            {
                if (!Scene.Fenced(host)) since.Remove(host);
                else longest = Math.Max(longest, Clock.Milliseconds(Now - (since.TryAdd(host, Now) ? Now : since[host])));
            }
            if (since.Count == 2) both += Clock.Milliseconds(Now - last);
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
        Scene.Figures.Milliseconds("both killed: longest fence", longest);
        Assert.True(longest <= LabFixture.FenceMs + 500, $"a fence lasted {longest} ms");
        Assert.True(both <= LabFixture.FenceMs + 500, $"both were fenced for {both} ms");

        var back = Now;
        await Scene.Start(ServiceTable.Haproxy, holder);
        await Scene.Until(() => Scene.Holds(holder), TimeSpan.FromMilliseconds(6000 + 3 * LabFixture.AdvertMs), $"{holder}, the only healthy one, has the VIP");
        Scene.Figures.Milliseconds("both killed: VIP on the healthy one after its return", Clock.Milliseconds(Now - back));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var serving = await Scene.SeenSince(Now - Clock.Second / 2, holder);
        Quiet(serving, $"{holder} serves again");
        AssertNeverBoth(struck);
        // whom VRRP elected is recorded after 3 s; until then both stand at their bases, and the higher one would take the VIP
        await Task.Delay(TimeSpan.FromSeconds(4));
        await Scene.Start(ServiceTable.Haproxy, other);
        Assert.Equal(holder, await Scene.Rearmed());
    }

    /// <summary>The VIP never stood on both for longer than two adverts and the time it takes to hear of it.</summary>
    private void AssertNeverBoth(long from)
    {
        HashSet<byte> owners = [];
        long? since = null;
        foreach (var change in Scene.VipChanges)
        {
            if (change.Gained) owners.Add(change.Balancer);
            else owners.Remove(change.Balancer);
            if (owners.Count == 2) since = change.At;
            else if (since is { } began)
            {
                since = null;
                if (began >= from) Assert.True(Clock.Milliseconds(change.At - began) < 500, $"both balancers had the VIP for {Clock.Milliseconds(change.At - began)} ms");
            }
        }
        Assert.True(since is null, "both balancers have the VIP");
    }
}
