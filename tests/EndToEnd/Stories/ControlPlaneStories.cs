using EndToEnd.Stage;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>The control plane may die, in parts or whole, and come back: who holds the VIP goes on holding it.</summary>
public sealed class ControlPlaneStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>Longer than an order is valid.</summary>
    private static readonly TimeSpan BeyondValidity = TimeSpan.FromSeconds(13);

    [Fact]
    public Task Without_the_broker_nothing_moves_and_no_request_fails() => Without("kill-broker");

    /// <summary>With broker, Redis and gateways gone as well is a story of every run, and so is a leader that dies: the arbiters alone only with <c>E2E_ALL=1</c>.</summary>
    [Fact]
    [Trait("tier", "long")]
    public Task Without_the_arbiters_nothing_moves_and_no_request_fails() => Without("kill-arbiters");

    private async Task Without(string fault)
    {
        var holder = await Scene.Calm();
        var struck = await Scene.Strike(fault);
        await Task.Delay(BeyondValidity);
        Quiet(await Scene.SeenSince(struck, holder), $"{fault}, {BeyondValidity.TotalSeconds:0} s");
        Assert.Equal(holder, await Scene.Calm());
        Quiet(await Scene.SeenSince(struck, holder), $"{fault}, healed, until armed again");
    }

    [Fact]
    public async Task After_all_Redis_servers_died_the_healed_register_begins_a_new_generation_and_nothing_moves()
    {
        var holder = await Scene.Calm();
        var before = await Generation();
        var struck = await Scene.Strike("kill-redis", "3");
        await Task.Delay(BeyondValidity);
        Quiet(await Scene.SeenSince(struck, holder), $"kill-redis 3, {BeyondValidity.TotalSeconds:0} s");
        var healing = Now;
        Assert.Equal(holder, await Scene.Calm());
        Scene.Figures.Milliseconds("kill-redis 3: armed again after healing", Clock.Milliseconds(Now - healing));
        Quiet(await Scene.SeenSince(struck, holder), "healed with a new generation, until armed again");
        Assert.True(await Generation() > before, "the healed register has a new generation");
    }

    [Fact]
    public async Task Without_control_plane_and_gateway_nothing_moves_and_a_host_that_is_cut_then_fails_over_by_VRRP()
    {
        var holder = await Scene.Calm();
        var struck = await Scene.Strike("kill-control-plane+cut-gateway:both");
        var away = LabFixture.All ? TimeSpan.FromSeconds(30) : BeyondValidity;
        await Task.Delay(away);
        Quiet(await Scene.SeenSince(struck, holder), $"no control plane and no gateway, {away.TotalSeconds:0} s");
        var cut = await Scene.Strike("cut", holder);
        // the cut host keeps its address, which nobody can reach: the client says who serves
        await Task.Delay(TimeSpan.FromSeconds(4));
        var seen = await Scene.SeenSince(cut, holder);
        Tell($"host cut: {seen}");
        Assert.True(seen.Outage.Recovered && seen.MovedToMs is not null, $"the other balancer serves: {seen}");
        Assert.True(seen.Outage.Milliseconds <= 3 * 100 + 1200, $"VRRP takes over: {seen}");
        Scene.Figures.Milliseconds("host cut without control plane: outage", seen.Outage.Milliseconds);
        await Scene.Calm();
    }

    [Fact]
    public async Task When_the_leader_is_killed_orders_go_on_before_the_last_one_runs_out_and_nothing_moves()
    {
        var holder = await Scene.Calm();
        await using var ear = await BusSeat.BesideAgent(Scene.Lab, holder);
        var struck = await KillLeader(ear, holder);
        var (last, first) = await Gap(ear, struck);
        var gap = Clock.Milliseconds(first - last);
        Scene.Figures.Milliseconds("leader killed: no order for", gap);
        Quiet(await Scene.SeenSince(struck, holder), "leader killed, until the new one ordered");
        Assert.True(gap <= 9500, $"{gap} ms without an order");
        Assert.Equal(holder, await Scene.Rearmed());
        Quiet(await Scene.SeenSince(struck, holder), "leader killed, until armed again");
    }

    [Fact]
    public async Task While_nobody_leads_the_standbys_readiness_lapses_and_a_kill_is_sick_only()
    {
        var holder = await Scene.Calm();
        await using var ear = await BusSeat.BesideAgent(Scene.Lab, holder);
        var log = Scene.Log(holder, "agent");
        var killed = await KillLeader(ear, holder);
        await Task.Delay(TimeSpan.FromMilliseconds(4500));
        Assert.DoesNotContain(ear.Orders, item => item.At > killed + 200 * Clock.Millisecond);
        var struck = await Scene.Strike("kill-haproxy", holder);
        await Scene.Until(() => Scene.Holds(Scene.Other(holder)), Scene.Taken, "the other balancer takes the VIP by VRRP");
        await log.Says("not fenced: no standby is known to be ready", TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.NotEqual(holder, await Scene.Calm());
        var seen = await Scene.SeenSince(struck, holder);
        Moved(seen, 3 * 100 + 1200, "kill while nobody leads, healed, until armed again");
        Assert.Equal(0, log.Count("fenced (own)"));
        Scene.Figures.Milliseconds("sick only, while nobody leads: outage", seen.Outage.Milliseconds);
    }

    private async Task<long> KillLeader(BusSeat ear, string holder)
    {
        var leader = await Scene.Api.Leader();
        Assert.NotNull(leader);
        var orders = ear.Orders.Count;
        await Scene.Until(() => ear.Orders.Count > orders, TimeSpan.FromSeconds(15), $"{holder} is ordered to");
        var victims = ServiceTable.Arbiter.Victims(Scene.Host(leader));
        var struck = Now;
        Assert.NotEqual(0, HostProcesses.Signal(victims, Lab.Native.Libc.SigKill));
        return struck;
    }

    /// <summary>When the killed leader's last order came, and the first of the next.</summary>
    private async Task<(long Last, long First)> Gap(BusSeat ear, long struck)
    {
        var term = ear.Orders[^1].Order.Term;
        await Scene.Until(() => ear.Orders.Any(item => item.Order.Term > term), TimeSpan.FromSeconds(15), "a new leader orders");
        var orders = ear.Orders;
        return (orders.Last(item => item.Order.Term == term).At, orders.First(item => item.Order.Term > term).At);
    }

    private async Task<long> Generation()
    {
        var quorum = await Scene.Api.Get("/api/v1/quorum", _ => true);
        return quorum?.GetProperty("generation").GetInt64() ?? throw new InvalidOperationException("no arbiter answers");
    }
}
