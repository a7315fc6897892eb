using EndToEnd.Stage;

namespace EndToEnd.Stories;

/// <summary>What a machine room's own Prometheus makes of it: the shipped rules, on the real scrapes of the real programs.</summary>
public sealed class PrometheusStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    private static readonly TimeSpan Fires = TimeSpan.FromSeconds(40);
    /// <summary>Healing starts daemons anew, and an election takes its time on top.</summary>
    private static readonly TimeSpan Resolves = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_holder_two_masters_and_a_dead_keepalived_fire_and_resolve()
    {
        var holder = await Scene.Calm();
        await using var prometheus = await PrometheusServer.Start(Scene.Lab);
        await prometheus.Until("nothing critical fires in the calm", async () => await Critical(prometheus) is [], TimeSpan.FromSeconds(60));
        Assert.Equal(1, await prometheus.Query("""max(vip_observed_holders{group="web"})"""));
        Assert.Equal(1, await prometheus.Query($$"""max(vip_holder{node="{{holder}}"})"""));
        Assert.Equal(1, await prometheus.Query($$"""max(vip_desired_holder{node="{{holder}}"})"""));
        Assert.Equal(1, await prometheus.Query("sum(vip_arbiter_is_leader)"));
        Assert.Equal(2, await prometheus.Query("sum(keepalived_up)"));
        Assert.Equal(1, await prometheus.Query("count(keepalived_vrrp_state == 2)"));

        await Strike(prometheus, "split", null, "VipDualMaster");
        Assert.True(await prometheus.Query("max(vip_observed_holders)") is 1);
        await Strike(prometheus, "kill-keepalived", Scene.Lab.VipOwners[0], "KeepAliveDown");
        await Strike(prometheus, "kill-keepalived", "both", "VipNoHolder");
    }

    private async Task Strike(PrometheusServer prometheus, string fault, string? target, string alert)
    {
        Assert.DoesNotContain(alert, await prometheus.Firing() ?? new HashSet<string>());
        await Scene.Strike(fault, target);
        var fired = await prometheus.Fires(alert, Fires);
        Tell($"{fault}: {alert} fires after {fired.TotalSeconds:0.0} s with for: 2s, scraped each second");
        Scene.Figures.Milliseconds($"Prometheus: {fault} until {alert} fires", fired.TotalMilliseconds);
        await Scene.Calm();
        var resolved = await prometheus.Resolves(alert, Resolves);
        Tell($"healed: {alert} resolves {resolved.TotalSeconds:0.0} s after the lab is armed");
    }

    private static async Task<IReadOnlyList<string>> Critical(PrometheusServer prometheus)
    {
        string[] critical = ["VipNoHolder", "VipDualMaster", "VipHolderUnknown", "KeepAliveDown", "ArbiterNoLeader", "ArbiterDown", "QuorumLost", "BusLost", "ActuatorFailed"];
        return await prometheus.Firing() is { } now ? [.. critical.Where(now.Contains)] : critical;
    }
}
