using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Metrics;
using NodeAgent.Probes;
using NodeAgent.Tests.Configuration;

namespace NodeAgent.Tests.Metrics;

/// <summary>What stands in a scrape, from the real core's states.</summary>
public sealed class FamilyTests
{
    private const string Show = """
        # pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,type,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,req_tot,ttime,ttime_max,dcon,
        http,FRONTEND,,,1,2,2000,5,1,1,7,0,0,,,,,OPEN,,,,,0,0,4,0,1,0,0,5,,,3,
        http,web1,0,0,0,1,,3,1,1,,0,,2,1,0,0,UP 1/3,1,1,0,4,2,0,2,0,0,0,0,,12,80,,
        http,web2,0,0,0,1,,3,1,1,,0,,0,0,0,0,DOWN,1,1,0,9,2,0,2,0,0,3,0,,12,80,,
        http,BACKEND,6,8,1,3,200,5,1,1,0,0,,2,1,11,1,UP,1,1,0,,1,0,4,0,1,3,0,5,1500,2500,,
        """;

    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);
    private static readonly GroupName Web = GroupName.Parse("web");

    [Fact]
    public void Roles_become_made_and_left_come_from_what_the_agent_saw()
    {
        var world = new World();
        world.Said(NotifyState.Master);
        world.Said(NotifyState.Backup);
        world.Said(NotifyState.Master);
        var read = world.Scrape();
        Assert.Equal(1, read.Value("keepalived_up"));
        Assert.Equal(2, read.Value("keepalived_vrrp_state", ("iname", "VI_1"), ("intf", "eth0"), ("vrid", "239"), ("ip_address", "172.20.0.248/16")));
        Assert.Equal(2, read.Value("keepalived_become_master_total", ("iname", "VI_1"), ("intf", "eth0"), ("vrid", "239")));
        Assert.Equal(1, read.Value("keepalived_release_master_total"));
        Assert.Null(read.Value("keepalived_vrrp_become_master"));
        Assert.Equal(2, world.Scrape(gen2brain: true).Value("keepalived_vrrp_become_master", ("name", "VI_1"), ("intf", "eth0"), ("vrid", "239"), ("state", "MASTER")));
    }

    [Fact]
    public void A_dead_keepalived_is_down_and_has_no_state()
    {
        var world = new World();
        world.Said(NotifyState.Master);
        world.Step(new Input.KeepalivedAlive(world.Tick(), Web, false));
        var read = world.Scrape(World.Sample());
        Assert.Equal(0, read.Value("keepalived_up"));
        Assert.Null(read.Value("keepalived_vrrp_state"));
        Assert.Null(read.Value("keepalived_advertisements_sent_total"));
    }

    [Fact]
    public void Without_a_dump_what_only_keepalived_counts_is_absent_and_never_zero()
    {
        var world = new World();
        world.Said(NotifyState.Master);
        Assert.Null(world.Scrape(gen2brain: true).Value("keepalived_advertisements_sent_total"));
        var read = world.Scrape(World.Sample(), gen2brain: true);
        Assert.Equal(3, read.Value("keepalived_advertisements_sent_total", ("iname", "VI_1"), ("intf", "eth0"), ("vrid", "239")));
        Assert.Equal(3, read.Value("keepalived_vrrp_advert_sent", ("name", "VI_1"), ("state", "MASTER")));
        Assert.Equal(0, read.Value("keepalived_ip_ttl_errors_total"));
        Assert.Equal(5, read.Value("keepalived_gratuitous_arp_delay_total"));
        Assert.Null(read.Value("keepalived_authentication_hmac_replay_total"));
    }

    [Fact]
    public void An_agent_whose_loop_stands_still_says_nothing_of_now()
    {
        var world = new World();
        world.Said(NotifyState.Master);
        var read = world.Scrape(later: TimeSpan.FromSeconds(4));
        Assert.Null(read.Value("keepalived_up"));
        Assert.Null(read.Value("arbiter_agent_vip_present"));
        Assert.InRange(read.Value("arbiter_agent_loop_delay_seconds")!.Value, 3.9, 4.1);
    }

    [Fact]
    public void Orders_count_by_what_became_of_them_also_those_that_are_told_once_in_a_while_only()
    {
        var world = new World();
        var first = world.Order(epoch: 5, seq: 1);
        world.Step(new Input.Ordered(world.Tick(), first));
        for (var i = 0; i < 3; i++) world.Step(new Input.Ordered(world.Tick(), first));
        world.Step(new Input.Ordered(world.Tick(), world.Order(epoch: 4, seq: 2)));
        world.Step(new Input.Ordered(world.Tick(), world.Order(epoch: 6, seq: 3) with { Nonce = "p1-999" }));
        world.Step(new Input.Ordered(world.Tick(), world.Order(epoch: 6, seq: 3) with { Process = "p0" }));
        var read = world.Scrape();
        Assert.Equal(2, read.Value("arbiter_agent_command_abandoned_total", ("check", "load")));
        Assert.Equal(1, read.Value("arbiter_agent_orders_applied_total"));
        Assert.Equal(3, read.Value("arbiter_agent_orders_refused_total", ("cause", "replayed")));
        Assert.Equal(1, read.Value("arbiter_agent_orders_refused_total", ("cause", "stale_epoch")));
        Assert.Equal(1, read.Value("arbiter_agent_orders_refused_total", ("cause", "unknown_nonce")));
        Assert.Equal(1, read.Value("arbiter_agent_orders_refused_total", ("cause", "other_process")));
        Assert.NotNull(read.Value("arbiter_agent_control_plane_age_seconds", ("group", "web")));
    }

    [Fact]
    public void Haproxys_own_names_and_the_exporters_are_two_families()
    {
        var rows = Table(Show);
        var own = Haproxy(HaproxyFamily.Builtin, rows);
        Assert.Equal(1, own.Value("haproxy_server_status", ("proxy", "http"), ("server", "web1"), ("state", "UP")));
        Assert.Equal(0, own.Value("haproxy_server_status", ("proxy", "http"), ("server", "web2"), ("state", "UP")));
        Assert.Equal(1, own.Value("haproxy_backend_status", ("proxy", "http"), ("state", "UP")));
        Assert.Equal(3, own.Value("haproxy_server_http_responses_total", ("proxy", "http"), ("server", "web2"), ("code", "5xx")));
        Assert.Equal(1.5, own.Value("haproxy_backend_total_time_average_seconds", ("proxy", "http")));
        Assert.Equal(2.5, own.Value("haproxy_backend_max_total_time_seconds", ("proxy", "http")));
        Assert.Equal(2, own.Value("arbiter_agent_haproxy_stats_age_seconds"));
        Assert.Equal(3, own.Value("haproxy_frontend_denied_connections_total", ("proxy", "http")));
        var old = Haproxy(HaproxyFamily.Exporter, rows);
        Assert.Equal(1, old.Value("haproxy_up"));
        Assert.Equal(1, old.Value("haproxy_server_up", ("backend", "http"), ("server", "web1")));
        Assert.Equal(0, old.Value("haproxy_server_up", ("backend", "http"), ("server", "web2")));
        Assert.Equal(1.5, old.Value("haproxy_backend_http_total_time_average_seconds", ("backend", "http")));
        Assert.Equal(11, old.Value("haproxy_backend_retry_warnings_total", ("backend", "http")));
        Assert.Null(old.Value("haproxy_backend_active_servers"));
    }

    [Fact]
    public void A_haproxy_that_does_not_answer_is_down_and_nothing_more()
    {
        var read = Haproxy(HaproxyFamily.Builtin, new HaproxyStats(Now, null));
        Assert.Equal(0, read.Value("haproxy_up"));
        Assert.Single(read.Samples);
        Assert.Empty(Haproxy(HaproxyFamily.Off, Table(Show)).Samples);
    }

    [Fact]
    public void Of_a_haproxy_that_was_not_asked_lately_nothing_is_said() => Assert.Empty(Haproxy(HaproxyFamily.Builtin, null).Samples);

    [Fact]
    public void The_queries_of_the_known_keepalived_dashboard_find_their_names()
    {
        string[] asked =
        [
            "keepalived_up", "keepalived_vrrp_state", "keepalived_become_master_total", "keepalived_release_master_total", "keepalived_advertisements_received_total",
            "keepalived_advertisements_sent_total", "keepalived_priority_zero_received_total", "keepalived_priority_zero_sent_total", "keepalived_packet_length_errors_total",
            "keepalived_advertisements_interval_errors_total", "keepalived_ip_ttl_errors_total", "keepalived_invalid_type_received_total", "keepalived_address_list_errors_total",
            "keepalived_authentication_invalid_total", "keepalived_authentication_mismatch_total", "keepalived_authentication_failure_total", "keepalived_gratuitous_arp_delay_total",
            "keepalived_exporter_build_info",
        ];
        var world = new World();
        world.Said(NotifyState.Master);
        var read = world.Scrape(World.Sample());
        Assert.All(asked, name => Assert.Contains(name, read.Types.Keys));
        Assert.DoesNotContain(read.Samples, s => s.Name.StartsWith("keepalived_", StringComparison.Ordinal) && s.Labels.ContainsKey("state"));
    }

    [Fact]
    public void Exported_names_and_the_documented_ones_are_the_same()
    {
        var world = new World();
        world.Said(NotifyState.Master);
        world.Step(new Input.Ordered(world.Tick(), world.Order(epoch: 5, seq: 1)));
        world.Step(new Input.ProbeSampled(world.Tick(), "haproxy", "", SampleResult.Good, "runs", Now, TimeSpan.FromMilliseconds(1)));
        var all = DumpJson.Counters.ToDictionary(c => c, _ => 1L);
        var dump = new VrrpDump("VI_1", "eth0", 239, 2, 5, ["10.0.0.1/24"], all);
        var exported = world.Scrape(new DumpSeen([dump], TimeSpan.FromSeconds(1)), gen2brain: true).Types.Keys
            .Concat(Haproxy(HaproxyFamily.Builtin, Table(Show)).Types.Keys).Concat(Haproxy(HaproxyFamily.Exporter, Table(Show)).Types.Keys)
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        var tables = string.Join('\n', Repository.Read("docs/metrics.md").Split('\n').Where(l => l.StartsWith('|')));
        var documented = Regex.Matches(tables, @"`((?:arbiter_agent|keepalived|haproxy)_\w+)`").Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(documented, exported);
    }

    private static HaproxyStats Table(string text)
    {
        var (table, problem) = HaproxyTable.Parse(Encoding.UTF8.GetBytes(text + "\n"));
        Assert.Equal("", problem);
        return new HaproxyStats(Now, table);
    }

    private static Exposed Haproxy(HaproxyFamily family, HaproxyStats? stats)
    {
        var text = new MetricText();
        HaproxyFamilies.Write(text, family, stats, Now + TimeSpan.FromSeconds(2));
        Assert.Equal(0, text.Dropped);
        return Exposed.Read(text.Written);
    }

    private sealed record Program(string Name, int Abandoned) : ICommandRuns;

    private sealed record NoDump : IKeepalivedDump
    {
        public ValueTask<DumpSeen> Look(CancellationToken stopping) => ValueTask.FromResult(default(DumpSeen));
    }

    /// <summary>The real core, stepped as the loop does it.</summary>
    private sealed class World
    {
        private readonly AgentCounters _counters = new();
        private readonly MetricsSources _sources;
        private AgentState _state;
        private TimeSpan _at = Now;

        public World()
        {
            _sources = new MetricsSources(_counters, new NoDump(), new HaproxyReading("/nowhere", new ProcessClock(TimeProvider.System)), [new Program("load", 2)], () => 0);
            var options = AgentYaml.Good(AgentYaml.With(group: "base: 240\nvrid: 239"));
            _state = AgentState.Create(options, "p1", "b1");
            Step(new Input.Started(_at, [new GroupAtStart(Web, 0, 0, false, true, NotifyState.Backup, null)]));
            Step(new Input.LinkChanged(Tick(), true));
        }

        public TimeSpan Tick()
        {
            _at += TimeSpan.FromMilliseconds(50);
            Step(new Input.Tick(_at));
            return _at;
        }

        public void Step(Input input)
        {
            var before = _state;
            _state = AgentCore.Advance(before, input).State;
            _counters.Stepped(before, input, _state);
        }

        public void Said(NotifyState state)
        {
            Step(new Input.KeepalivedSaid(Tick(), "VI_1", state, 240));
            Step(new Input.VipChanged(Tick(), Web, state == NotifyState.Master));
        }

        public Order Order(long epoch, long seq) => new()
        {
            V = 1, Cluster = _state.Options.Cluster, Node = _state.Options.Node, Process = "p1", Nonce = NonceLedger.Format("p1", _state.Seq), Generation = 1, Term = 1, Seq = seq, ValidMs = 12_000,
            Groups = [new GroupOrder { Group = Web, Epoch = epoch, Role = OrderedRole.Untold, Policy = GroupState.BeforeFirstOrder }],
        };

        public static DumpSeen Sample() => new(DumpJson.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests/NodeAgent.Tests/Metrics/Samples/keepalived-2.2.7.json"))), TimeSpan.FromSeconds(1));

        public Exposed Scrape(DumpSeen dump = default, bool gen2brain = false, TimeSpan later = default)
        {
            var text = new MetricText();
            if (AgentFamilies.Live(_state, _at + later)) KeepalivedFamilies.Write(text, new MetricsOptions { Gen2Brain = gen2brain }, _counters, _state, dump);
            AgentFamilies.Write(text, _sources, _state, dump.Age, _at + later);
            Assert.Equal(0, text.Dropped);
            return Exposed.Read(text.Written);
        }
    }
}
