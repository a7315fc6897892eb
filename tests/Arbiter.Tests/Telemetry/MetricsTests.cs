using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using Arbiter.Core;
using Arbiter.Quorum;
using Arbiter.Telemetry;
using Arbiter.Tests.Api;
using Arbiter.Tests.Configuration;
using Contracts.Messages;
using Contracts.Vocabulary;
using Microsoft.Extensions.DependencyInjection;

namespace Arbiter.Tests.Telemetry;

public sealed class MetricsTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<MetricsHost> Healthy()
    {
        var host = await MetricsHost.Start();
        host.Lb1.Set("role", "master", host.Now);
        host.Lb1.Set("steered", "holder", host.Now);
        host.Lb2.Set("steered", "standby", host.Now);
        host.Lead(Pictures.Held(Pictures.Lb1));
        for (var i = 0; i < 12; i++) host.Pass(Beat, host.Lb1, host.Lb2);
        return host;
    }

    [Fact]
    public async Task A_healthy_group_has_one_holder_that_is_the_desired_one()
    {
        await using var host = await Healthy();
        Assert.Equal(1, await host.Value("""vip_holder{group="web",node="lb1"}"""));
        Assert.Equal(0, await host.Value("""vip_holder{group="web",node="lb2"}"""));
        Assert.Equal(1, await host.Value("""vip_desired_holder{group="web",node="lb1"}"""));
        Assert.Equal(0, await host.Value("""vip_desired_holder{group="web",node="lb2"}"""));
        Assert.Equal(1, await host.Value("""vip_observed_holders{group="web"}"""));
        Assert.Equal(3, await host.Value("""vip_assignment_epoch{group="web"}"""));
        Assert.Equal(1, await host.Value("""vip_standby_ready{group="web"}"""));
        Assert.Equal(1, await host.Value("""vip_check_status{node="lb1",check="haproxy"}"""));
        Assert.Equal(0, await host.Value("""vip_agent_last_seen_seconds{node="lb1"}"""));
        Assert.Equal(1, await host.Value("vip_bus_connected"));
        Assert.Equal(0, await host.Value("vip_bus_blocked"));
        Assert.Equal(1, await host.Value("vip_arbiter_is_leader"));
        Assert.Equal(5.21, await host.Value("vip_leader_lease_seconds"));
        Assert.Equal(1, await host.Value("""vip_store_voting{server="redis1:6379"}"""));
        Assert.Equal(1, await host.Value("""vip_store_state{server="redis1:6379",state="voting"}"""));
        Assert.Equal(2, await host.Value("vip_store_majority"));
    }

    [Fact]
    public async Task What_a_silent_node_said_last_is_not_said_as_if_it_were_of_now()
    {
        await using var host = await Healthy();
        Assert.Equal(1, await host.Value("""vip_check_status{node="lb1",check="haproxy"}"""));
        for (var i = 0; i < 4; i++) host.Pass(Beat, host.Lb2);
        Assert.Equal(double.NaN, await host.Value("""vip_holder{group="web",node="lb1"}"""));
        Assert.Equal(0, await host.Value("""vip_holder{group="web",node="lb2"}"""));
        Assert.Equal(double.NaN, await host.Value("""vip_observed_holders{group="web"}"""));
        Assert.Equal(double.NaN, await host.Value("""vip_check_status{node="lb1",check="haproxy"}"""));
        Assert.Equal(double.NaN, await host.Value("""vip_check_latency_seconds{node="lb1",check="haproxy"}"""));
        Assert.Equal(4, await host.Value("""vip_agent_last_seen_seconds{node="lb1"}"""));
    }

    [Fact]
    public async Task A_group_whose_loop_stopped_is_known_no_more_although_nobody_says_so()
    {
        await using var host = await Healthy();
        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(double.NaN, await host.Value("""vip_observed_holders{group="web"}"""));
        Assert.Equal(double.NaN, await host.Value("""vip_desired_holder{group="web",node="lb1"}"""));
        Assert.Equal(double.NaN, await host.Value("vip_bus_connected"));
        Assert.Equal(double.NaN, await host.Value("""vip_standby_ready{group="web"}"""));
    }

    [Theory]
    [InlineData(RegisterState.QuorumLost)]
    [InlineData(RegisterState.Starting)]
    [InlineData(RegisterState.NotSeeded)]
    public async Task A_register_that_cannot_be_read_desires_nobody(RegisterState state)
    {
        await using var host = await Healthy();
        host.Register.Status = Pictures.Register(state);
        Assert.Equal(double.NaN, await host.Value("""vip_desired_holder{group="web",node="lb1"}"""));
        Assert.Equal(double.NaN, await host.Value("""vip_assignment_epoch{group="web"}"""));
        Assert.Equal(double.NaN, await host.Value("vip_leader_lease_seconds"));
        Assert.Equal(0, await host.Value("vip_arbiter_is_leader"));
    }

    [Fact]
    public async Task A_diagnosis_is_raised_and_cleared_and_nobody_at_all_is_a_zero_and_not_a_NaN()
    {
        await using var host = await Healthy();
        host.Lb1.Set("role", "stop", host.Now);
        host.Lb2.Set("role", "stop", host.Now);
        for (var i = 0; i < 3; i++) host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal(0, await host.Value("""vip_observed_holders{group="web"}"""));
        Assert.Equal(1, await host.Value("""vip_diagnosis{group="web",name="NoHolder",severity="critical"}"""));
        host.Lb1.Set("role", "master", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal(0, await host.Value("""vip_diagnosis{group="web",name="NoHolder",severity="critical"}"""));
        Assert.Equal(1, await host.Value("""vip_observed_holders{group="web"}"""));
    }

    [Fact]
    public async Task Two_masters_are_two()
    {
        await using var host = await Healthy();
        host.Lb2.Set("role", "master", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal(2, await host.Value("""vip_observed_holders{group="web"}"""));
    }

    [Fact]
    public async Task A_move_is_counted_once_by_reason_and_kind_and_its_time_taken()
    {
        await using var host = await Healthy();
        host.Lb1.Set("role", "fault", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        host.Lb2.Set("role", "master", host.Now);
        host.Pass(TimeSpan.FromSeconds(2), host.Lb1, host.Lb2);
        host.Record(Pictures.Lb2, 4, "failover: lb1 fenced itself");
        host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal(1, await host.Value("""vip_transitions_total{group="web",reason="failover",kind="auto"}"""));
        Assert.Equal(0, await host.Value("""vip_transitions_total{group="web",reason="adopted",kind="auto"}"""));
        Assert.Equal(1, await host.Value("vip_convergence_seconds_count"));
        Assert.Equal(2, await host.Value("vip_convergence_seconds_sum"));
        Assert.Equal(0, await host.Value("""vip_convergence_seconds_bucket{le="1"}"""));
        Assert.Equal(1, await host.Value("""vip_convergence_seconds_bucket{le="2.5"}"""));
    }

    [Theory]
    [InlineData("failover: keepalived of lb1 is gone", "failover", "auto")]
    [InlineData("switchover: wish of ann", "switchover", "manual")]
    [InlineData("scheduled: night drill", "scheduled", "scheduled")]
    [InlineData("drill", "drill", "drill")]
    [InlineData("something new: with a text", "other", "auto")]
    public void A_reason_becomes_one_of_few_words(string recorded, string reason, string kind)
    {
        Assert.Equal(reason, Causes.Reason(recorded));
        Assert.Equal(kind, Causes.Kind(Causes.Reason(recorded)));
    }

    [Fact]
    public void Every_row_that_holds_a_move_back_has_a_cause_of_its_own()
    {
        foreach (var gate in Gates.Rows.Where(r => r.Name != "follower"))
            Assert.NotEqual("observe", Causes.Suppression(new Decision(gate.Name, "", "would record lb2", [])));
        foreach (var row in Rules.Rows)
            if (Causes.Suppression(new Decision(row.Name, "", null, [])) is { } cause) Assert.Contains(cause, Causes.Suppressions);
        Assert.Equal("holddown", Causes.Suppression(new Decision("soft-held", "", null, [])));
    }

    [Fact]
    public async Task A_move_held_back_counts_when_it_begins_and_a_refused_order_by_its_cause()
    {
        await using var host = await Healthy();
        host.Lb2.Set("gateway", "down", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        host.Lb1.Set("haproxy", "down", host.Now);
        for (var i = 0; i < 3; i++) host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal("hard-no-standby", host.State.Decision.Row);
        Assert.Equal(1, await host.Value("""vip_decision_suppressed_total{group="web",cause="no_standby"}"""));
        Assert.Equal(0, await host.Value("""vip_check_status{node="lb1",check="haproxy"}"""));
        var result = new OrderResult
        {
            V = 1, Cluster = Arbiter.Tests.Core.NodeModel.Cluster, Node = Pictures.Lb1, Process = "lb1-p1", Group = Pictures.Web, Generation = 1, Term = 1, Epoch = 2,
            Role = OrderedRole.Holder, Outcome = OrderOutcome.Stale, Reason = "its epoch 1/2 is below 1/3",
        };
        host.Step(new Input.OrderAnswered(host.Now, result));
        Assert.Equal(1, await host.Value("""vip_orders_refused_total{cause="stale_epoch"}"""));
    }

    [Fact]
    public async Task A_standstill_is_shown_with_its_length_while_it_counts_and_not_after()
    {
        await using var host = await Healthy();
        host.Step(new Input.WasAway(host.Now, TimeSpan.FromSeconds(7)));
        Assert.Equal(1, await host.Value("vip_tilt_active"));
        Assert.Equal(7, await host.Value("vip_tilt_gap_seconds"));
        for (var i = 0; i < 6; i++) host.Pass(Beat, host.Lb1, host.Lb2);
        Assert.Equal(0, await host.Value("vip_tilt_active"));
        Assert.Equal(0, await host.Value("vip_tilt_gap_seconds"));
    }

    [Fact]
    public async Task Metrics_are_at_their_own_address_and_nothing_else_is()
    {
        await using var host = await Healthy();
        Assert.NotEqual(host.Api.Port, host.Metrics.Port);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri(host.Metrics, "/metrics"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri(host.Api, "/metrics"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri(host.Api, "/api/v1/groups"), Stop)).StatusCode);
        foreach (var path in new[] { "/", "/api/v1/groups", "/livez", "/metrics/" })
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri(host.Metrics, path), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Http.PostAsync(new Uri(host.Metrics, "/metrics"), null, Stop)).StatusCode);
    }

    [Fact]
    public async Task With_one_address_for_both_there_are_both()
    {
        await using var host = await MetricsHost.Start(metrics: "127.0.0.1:0");
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri(host.Api, "/metrics"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri(host.Api, "/api/v1/groups"), Stop)).StatusCode);
    }

    [Fact]
    public async Task Switched_off_there_is_no_address_and_no_path()
    {
        await using var host = await MetricsHost.Start(metrics: null);
        Assert.Equal(host.Api, host.Metrics);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri(host.Api, "/metrics"), Stop)).StatusCode);
    }

    [Fact]
    public async Task An_instrument_of_any_room_is_shown_without_being_named_here()
    {
        await using var host = await Healthy();
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        meters.Create("arbiter").CreateCounter<long>("vip_notification_delivered").Add(2, new KeyValuePair<string, object?>("receiver", "ops"));
        meters.Create("arbiter.other").CreateCounter<long>("arbiter_other").Add(1);
        meters.Create("System.Net.Http").CreateCounter<long>("foreign").Add(1);
        Assert.Equal(2, await host.Value("""vip_notification_delivered_total{receiver="ops"}"""));
        meters.Create("arbiter").CreateHistogram<double>("vip_notification_latency", "s").Record(0.02, new KeyValuePair<string, object?>("receiver", "ops"));
        Assert.Equal(1, await host.Value("""vip_notification_latency_seconds_count{receiver="ops"}"""));
        Assert.Equal(1, await host.Value("arbiter_other_total"));
        Assert.DoesNotContain("foreign", await host.Text());
    }

    [Fact]
    public async Task A_node_that_names_checks_without_end_does_not_make_series_without_end()
    {
        await using var host = await Healthy();
        var said = host.Lb1.Report(host.Now, Pictures.Web);
        for (var i = 0; i < 40; i++)
        {
            var many = Enumerable.Range(0, 60).Select(n => said.Probes[0] with { Name = $"x{i}-{n}" });
            host.Step(new Input.NodeReported(host.Now, said with { Seq = said.Seq + i + 1, Probes = [.. many] }));
            await host.Text();
        }
        var series = (await host.Text()).Split('\n').Count(l => l.StartsWith("vip_check_status{", StringComparison.Ordinal));
        Assert.Equal(1000, series);
    }

    [Fact]
    public async Task Exported_names_and_the_documented_ones_are_the_same()
    {
        await using var host = await Healthy();
        var text = await Everything(host);
        var documented = Regex.Matches(Repository.Read("docs/metrics.md"), @"^\| `((?:vip|arbiter(?!_agent))_\w+)`", RegexOptions.Multiline)
            .Select(m => m.Groups[1].Value).Where(n => !n.StartsWith("vip_notification_", StringComparison.Ordinal)).Order().ToArray();
        var exported = MetricsHost.Families(text).Keys.Order().ToArray();
        Assert.Equal(documented, exported);
    }

    [Fact]
    [Trait("tier", "integration")]
    public async Task Promtool_finds_nothing_wrong_with_what_is_exported()
    {
        await using var host = await Healthy();
        var (code, said) = await Promtool.Run(await Everything(host), "check", "metrics");
        Assert.True(code == 0 && said.Length == 0, said);
    }

    private static async Task<string> Everything(MetricsHost host)
    {
        host.Lb1.Set("role", "fault", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        host.Lb2.Set("role", "master", host.Now);
        host.Pass(Beat, host.Lb1, host.Lb2);
        host.Record(Pictures.Lb2, 4, "failover: lb1 fenced itself");
        host.Pass(Beat, host.Lb1, host.Lb2);
        host.Services.GetRequiredService<IMeterFactory>().Create("arbiter").CreateCounter<long>("arbiter_messages_refused", description: "Messages that were not taken, by reason")
            .Add(0, new KeyValuePair<string, object?>("reason", "signature"));
        return await host.Text();
    }
}
