using Contracts.Configuration;
using NodeAgent.Configuration;
using static NodeAgent.Tests.Configuration.AgentYaml;

namespace NodeAgent.Tests.Configuration;

public sealed class AgentConfigurationTests
{
    [Fact]
    public void A_small_file_gets_the_documented_defaults()
    {
        var options = Good(With());
        Assert.Equal("chengdu/lb1", $"{options.Cluster}/{options.Node}");
        Assert.Equal(("amqp://lb1@127.0.0.1:5672/ha", "secret"), (options.RabbitMq.Uri.ToString(), options.RabbitMq.Password));
        Assert.Equal(("k1:abcdef", "/var/lib/arbiter-agent", new AgentTimings()), (options.Key, options.StateDirectory, options.Timings));
        var group = Assert.Single(options.Groups);
        Assert.Equal(("web", "VI_1", "eth0", 240, 140), (group.Group.Value, group.Instance, group.Interface, group.Base, group.Sick));
        Assert.Equal(["172.20.0.248/16"], group.Vips);
        Assert.Equal(TimeSpan.FromSeconds(1), group.Advert);
        Assert.Equal(("/run/arbiter-agent/web.fence", "/run/arbiter-agent/web.priority"), (group.FenceFile, group.PriorityFile));
        Assert.Equal(("/run/arbiter-agent/keepalived.fifo", "/run/keepalived.pid"), (group.NotifyFifo, group.KeepalivedPidFile));
        Assert.Equal(["haproxy"], group.Probes);
        Assert.Empty(group.IsolationProbes);
    }

    [Fact]
    public void As_many_groups_are_taken_as_an_arbiter_may_order_and_no_more()
    {
        static string Groups(int most) => With() + string.Concat(Enumerable.Range(2, most - 1).Select(n => $$"""

              g{{n}}:
                instance: VI_{{n}}
                interface: eth0
                vips: [ 172.21.0.{{n}}/16 ]
                steering: { fence: /run/arbiter-agent/g{{n}}.fence, priority: /run/arbiter-agent/g{{n}}.priority }
                notifyFifo: /run/arbiter-agent/keepalived.fifo
                probes: [ haproxy ]
                base: 240
            """));
        Assert.Equal(NodeLimits.MostGroups, Good(Groups(NodeLimits.MostGroups)).Groups.Count);
        Assert.Equal($"groups: has {NodeLimits.MostGroups + 1} groups: give 1 to {NodeLimits.MostGroups}", Bad(Groups(NodeLimits.MostGroups + 1)));
    }

    [Fact]
    public void Everything_given_is_taken()
    {
        var options = Good(With(group: "base: 110\nsick: 5\nadvert: 100ms\nkeepalivedPidFile: /run/k.pid\nisolation: []",
            rest: "stateDirectory: /var/lib/x\ntimings: { heartbeat: 500ms, readiness: 2s, isolationGrace: 6s, addressMemory: 5m, tiltGap: 1s, tiltCalm: 9s, ownFences: 2, ownFenceWindow: 1h }"));
        var group = options.Groups.Single();
        Assert.Equal((110, 5, "/run/k.pid", TimeSpan.FromMilliseconds(100)), (group.Base, group.Sick, group.KeepalivedPidFile, group.Advert));
        Assert.Equal(new AgentTimings
        {
            Heartbeat = TimeSpan.FromMilliseconds(500),
            Readiness = TimeSpan.FromSeconds(2),
            IsolationGrace = TimeSpan.FromSeconds(6),
            AddressMemory = TimeSpan.FromMinutes(5),
            TiltGap = TimeSpan.FromSeconds(1),
            TiltCalm = TimeSpan.FromSeconds(9),
            OwnFences = 2,
            OwnFenceWindow = TimeSpan.FromHours(1),
        }, options.Timings);
        Assert.Equal("/var/lib/x", options.StateDirectory);
    }

    [Theory]
    [InlineData("base: 246", "groups.web.base: 246 is above 245: give a whole number from 2 to 245")]
    [InlineData("base: 1", "groups.web.base: 1 is below 2: give a whole number from 2 to 245")]
    [InlineData("base: 110", "groups.web.sick: is missing: with a base of 110 (110 or less) give the priority of a sick node, 1 to 109, below the base of every node and different on each")]
    [InlineData("base: 110\nsick: 110", "groups.web.sick: 110 must be below base (110): give 1 to 109")]
    [InlineData("base: 240\nsick: 0", "groups.web.sick: 0 is below 1: give a whole number from 1 to 244")]
    [InlineData("base: 240\nadvert: 40ms", "groups.web.advert: 40ms is below 50ms: give a duration from 50ms to 40s")]
    [InlineData("base: 240\nadvert: 41s", "groups.web.advert: 41s is above 40s: give a duration from 50ms to 40s")]
    [InlineData("base: 240\nkeepalivedPidFile: run/x", "groups.web.keepalivedPidFile: is no absolute path: it must start with '/'")]
    [InlineData("base: 240\nkeepalivedPidFile: /run/../x", "groups.web.keepalivedPidFile: is not written plainly: no '//', '.', '..' or '/' at the end")]
    [InlineData("base: 240\nisolation: [ haproxy ]", "groups.web.isolation: 'haproxy' is a process probe: it reaches no address, so it tells nothing about the network")]
    [InlineData("base: 240\nisolation: [ haprxy ]", "groups.web.isolation[0]: there is no probe of that name; did you mean 'haproxy'?")]
    [InlineData("priority: 240", "groups.web.base: is missing: give the priority in keepalived.conf, 2 to 245", "groups.web.priority: unknown key")]
    public void A_wrong_group_is_an_error(string group, string expected, string? also = null)
    {
        var errors = Parse(With(group: group)).Errors.Select(e => $"{e.Path}: {e.Message}").ToArray();
        Assert.Equal(also is null ? 1 : 2, errors.Length);
        Assert.Contains(expected, errors);
        if (also is not null) Assert.Contains(errors, e => e.StartsWith(also, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ downFile: down }", "groups.web.steering.downFile: is no absolute path: it must start with '/'")]
    [InlineData("{ downFile: /run/d, priority: /run/p }", "groups.web.steering.priority: has no place beside a down file: a group is steered by one or the other")]
    [InlineData("{ downFile: /run/d, weight: 0 }", "groups.web.steering.weight: 0 is above -1: give a whole number from -253 to -1")]
    [InlineData("{ fence: /run/a, priority: /run/b, weight: -80 }", "groups.web.steering.weight: belongs to a down file: track files have the weights 0 and 1")]
    [InlineData("{ fence: /run/a, priority: /run/a }", "groups.web.steering.priority: is already groups.web.steering.fence: each steering file has one meaning in one group")]
    [InlineData("{ fence: /run/a }", "groups.web.steering.priority: is missing: give the track file for the priority")]
    [InlineData("{ fence: a, priority: /run/b }", "groups.web.steering.fence: is no absolute path: it must start with '/'")]
    public void Wrong_steering_is_an_error(string steering, string expected) => Assert.Equal(expected, Bad(With(steering: steering, group: "base: 240")));

    [Fact]
    public void A_down_file_needs_neither_a_sick_priority_nor_a_notify_fifo()
    {
        var text = With(steering: "{ downFile: /etc/keepalived/magedu/down, weight: -80 }", group: "base: 80").Replace("    notifyFifo: /run/arbiter-agent/keepalived.fifo\n", "");
        var group = Good(text).Groups.Single();
        Assert.Equal(("/etc/keepalived/magedu/down", -80, null, 80), (group.DownFile, group.DownWeight, group.NotifyFifo, group.Base));
        Assert.Equal(254, Good(text.Replace("base: 80", "base: 254")).Groups.Single().Base);
        Assert.Equal("/run/arbiter-agent/keepalived.fifo", Good(With(steering: "{ downFile: /d }", group: "base: 80")).Groups.Single().NotifyFifo);
        Assert.StartsWith("groups.web.sick: has no meaning with a down file", Bad(text + "\n    sick: 5"));
    }

    [Fact]
    public void Track_files_need_the_notify_fifo() =>
        Assert.StartsWith("groups.web.notifyFifo: is missing", Bad(With(group: "base: 240").Replace("    notifyFifo: /run/arbiter-agent/keepalived.fifo\n", "")));

    [Theory]
    [InlineData("[ haprxy ]", "groups.web.probes[0]: there is no probe of that name; did you mean 'haproxy'?")]
    [InlineData("[ haproxy, haproxy ]", "groups.web.probes[1]: 'haproxy' stands here for the second time: remove one")]
    [InlineData("[]", "groups.web.probes: has 0 probe names: give 1 to 64")]
    public void A_group_names_probes_that_exist(string uses, string expected) => Assert.Equal(expected, Bad(With(uses: uses)));

    [Theory]
    [InlineData("timings: { heartbeat: 1500ms }", "timings.heartbeat: two heartbeats (3s) must fit into readiness (3s): one lost heartbeat would make a standby unready; lower heartbeat or raise readiness")]
    [InlineData("timings: { isolationGrace: 1m, addressMemory: 1m }", "timings.addressMemory: 1m must be above isolationGrace (1m): every address would be forgotten before the node could count as isolated")]
    [InlineData("stateDirectory: var/lib", "stateDirectory: is no absolute path: it must start with '/'")]
    [InlineData("nodes: lb1", "nodes: unknown key; did you mean 'node'?")]
    public void Wrong_times_and_places_are_errors(string rest, string expected) => Assert.Equal(expected, Bad(With(rest: rest)));

    [Fact]
    public void Groups_share_no_instance_file_or_address()
    {
        var second = """
            base: 240
              other:
                instance: VI_1
                interface: eth0
                vips: [ 172.20.0.248/24 ]
                base: 240
                steering: { fence: /run/arbiter-agent/web.priority, priority: /run/p }
                notifyFifo: /run/arbiter-agent/keepalived.fifo
                probes: [ haproxy ]
            """.ReplaceLineEndings("\n");
        Assert.Equal(
            [
                "groups.other.instance: 'VI_1' is already the instance of groups.web.instance: one instance belongs to one group",
                "groups.other.vips[0]: 172.20.0.248 is already groups.web.vips[0]: an address belongs to one group",
                "groups.other.steering.fence: is already groups.web.steering.priority: each steering file has one meaning in one group",
            ],
            Parse(With(group: second).Replace("\n      other:", "\n  other:").Replace("\n        ", "\n    ")).Errors.Select(e => $"{e.Path}: {e.Message}"));
    }

    [Fact]
    public void Isolation_is_by_default_every_ping_and_every_soft_http_probe()
    {
        var group = Good(With("h: { process: x }\np: { http: \"http://127.0.0.1/\" }\ng: { ping: [ 172.20.0.1 ] }\nw: { http: \"http://172.20.0.151/\" }\no: { ping: [ 172.20.0.9 ] }",
            "[ h, p, g, w ]", "base: 240")).Groups.Single();
        Assert.Equal(["g", "w"], group.IsolationProbes);
    }

    [Theory]
    [InlineData("g: { ping: [ 172.20.0.1, 172.20.0.2 ] }", "[ h, g ]", "base: 240", "no backend (a soft http or tcp probe) among the isolation addresses")]
    [InlineData("w: { http: \"http://172.20.0.151/\" }", "[ h, w ]", "base: 240", "1 isolation address, at least two are needed")]
    [InlineData("w: { http: \"http://172.20.0.151/\" }\ng: { ping: [ 172.20.0.151 ] }", "[ h, w, g ]", "base: 240", "1 isolation address, at least two are needed")]
    [InlineData("w: { http: \"http://172.20.0.151/\" }\ng: { ping: [ 172.20.0.1 ] }", "[ h, w, g ]", "base: 240", null)]
    [InlineData("d: { tcp: \"172.20.0.151:3306\" }\ng: { ping: [ 172.20.0.1 ] }", "[ h, d, g ]", "base: 240", null)]
    [InlineData("g: { ping: [ 172.20.0.1 ] }", "[ h, g ]", "base: 240\nisolation: []", null)]
    public void Too_few_isolation_addresses_are_a_warning(string probes, string uses, string group, string? expected)
    {
        var result = Parse(With("h: { process: x }\n" + probes, uses, group));
        Assert.True(result.Ok);
        var warnings = result.Warnings.Where(w => w.Path == "groups.web.isolation").ToArray();
        if (expected is null) Assert.Empty(warnings);
        else Assert.StartsWith(expected + ": 'onIsolation: fence' acts as hold", Assert.Single(warnings).Message);
    }

    [Theory]
    [InlineData("amqp://lb1:pw@127.0.0.1/ha", "rabbitmq.uri: holds a password: put it into the key 'password' beside it")]
    [InlineData("amqp://127.0.0.1/ha", "rabbitmq.uri: names no user: write amqp://user@host:5672/vhost or amqps://user@host:5671/vhost")]
    [InlineData("http://lb1@127.0.0.1/ha", "rabbitmq.uri: is no address of a broker: write amqp://user@host:5672/vhost or amqps://user@host:5671/vhost")]
    [InlineData("amqp://lb1@127.0.0.1/ha/x", "rabbitmq.uri: has more than a virtual host behind the address: write amqp://user@host:5672/vhost or amqps://user@host:5671/vhost (a '/' inside the name as %2F)")]
    public void A_wrong_broker_address_is_an_error_that_does_not_repeat_it(string uri, string expected) =>
        Assert.Equal(expected, Bad(With().Replace("amqp://lb1@127.0.0.1:5672/ha", uri)));

    [Fact]
    public void Another_broker_user_is_a_warning() =>
        Assert.Contains(Parse(With().Replace("lb1@", "guest@")).Warnings, w => w.Path == "node" && w.Message.Contains("is not 'lb1'"));

    [Fact]
    public void The_environment_overrides_any_key()
    {
        var options = Good(With(), ("ARBITER_AGENT__groups__web__base", "232"), ("ARBITER_AGENT__NODE", "lb2"), ("ARBITER__cluster", "other"),
            ("ARBITER_AGENT__groups__web__vips__1", "172.20.0.249/16"));
        Assert.Equal(("chengdu", "lb2", 232, 2), (options.Cluster.Value, options.Node.Value, options.Groups[0].Base, options.Groups[0].Vips.Count));
    }

    [Fact]
    public void Options_printed_show_no_secret()
    {
        var options = Good(With());
        Assert.DoesNotContain("secret", options.ToString() + options.RabbitMq);
        Assert.DoesNotContain("abcdef", options.ToString());
    }

    [Fact]
    public void The_shipped_example_loads_without_a_word()
    {
        var secret = Path.GetTempFileName();
        try
        {
            File.WriteAllText(secret, "word\n");
            var text = Repository.Read("packaging", "etc", "agent.yaml").Replace("/etc/arbiter/mq.password", secret).Replace("/etc/arbiter/node.key", secret);
            File.WriteAllText(secret + ".yaml", text);
            var result = AgentConfiguration.Load(secret + ".yaml", ConfigurationEnvironment.Empty);
            Assert.Equal("", result.Print());
            Assert.Equal(7, result.Options!.Probes.Count);
            Assert.Equal(["gateway", "members", "web1", "web2"], result.Options.Groups.Single().IsolationProbes);
        }
        finally
        {
            File.Delete(secret);
            File.Delete(secret + ".yaml");
        }
    }

    [Fact]
    public void A_file_with_many_mistakes_lists_them_all_in_order() =>
        Assert.Equal(Repository.Read("tests", "NodeAgent.Tests", "Configuration", "mistakes.expected.txt"),
            Parse(Repository.Read("tests", "NodeAgent.Tests", "Configuration", "mistakes.yaml"), ("ARBITER_AGENT__timings__heartbeat", "1")).Print());
}
