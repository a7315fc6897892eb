using Arbiter.Configuration;
using Arbiter.Core;
using Contracts.Configuration;
using Contracts.Vocabulary;
using CsCheck;

namespace Arbiter.Tests.Configuration;

public sealed class ArbiterConfigurationTests
{
    private const string Servers = "redis: [ \"r1:6379\", \"r2:6379\", \"r3:6379\" ]";

    private static string With(string quorum = Servers, string group = "", string rest = "", string members = "[ { node: lb1 }, { node: lb2 } ]") => $"""
        cluster: chengdu
        rabbitmq: {"{"} uri: "amqp://arbiter@127.0.0.1:5672/ha", password: word {"}"}
        quorum:
          {quorum.ReplaceLineEndings("\n  ")}
        security: {"{"} clusterKey: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" {"}"}
        {rest}
        groups:
          - name: web
            vips: [ 172.20.0.248/16 ]
            members: {members}
            {group.ReplaceLineEndings("\n    ")}
        """;

    private static ConfigurationResult<ArbiterOptions> Parse(string text, params (string Name, string Value)[] variables) =>
        ArbiterConfiguration.Parse(text, new ConfigurationEnvironment(variables.ToDictionary(v => v.Name, v => v.Value)), "Arb1.example.org");

    private static ArbiterOptions Good(string text, params (string Name, string Value)[] variables)
    {
        var result = Parse(text, variables);
        Assert.Empty(result.Errors);
        return result.Options!;
    }

    private static string Bad(string text)
    {
        var result = Parse(text);
        Assert.Null(result.Options);
        var error = Assert.Single(result.Errors);
        return $"{error.Path}: {error.Message}";
    }

    [Fact]
    public void A_small_file_gets_the_documented_defaults()
    {
        var options = Good(With());
        Assert.Equal(("chengdu", "arb1", "word", "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "127.0.0.1:8080"),
            (options.Cluster.Value, options.Replica, options.RabbitMqPassword, options.ClusterKey, options.HttpListen));
        Assert.Equal("amqp://arbiter@127.0.0.1:5672/ha", options.RabbitMqUri.ToString());
        Assert.Equal(["r1:6379", "r2:6379", "r3:6379"], options.Quorum.Redis);
        Assert.Equal(options.Quorum, new QuorumOptions { Redis = options.Quorum.Redis });
        var group = Assert.Single(options.Groups);
        Assert.Equal(("web", GroupMode.Act, ControlPlaneLoss.Local, Isolation.Fence, true, TimeSpan.FromSeconds(10)),
            (group.Name.Value, group.Mode, group.OnControlPlaneLoss, group.OnIsolation, group.Brakes, group.Rearm));
        Assert.Equal([new MemberOptions(NodeId.Parse("lb1"), 100), new MemberOptions(NodeId.Parse("lb2"), 100)], group.Members);
        Assert.Equal(["172.20.0.248/16"], group.Vips);
    }

    [Fact]
    public void Everything_given_is_taken()
    {
        var options = Good(With(
            Servers + "\nmode: majority\nuser: arbiter\npassword: word2\ntls: on\nlease: 4s\nrenew: 1s\nrpcTimeout: 300ms\nguard: 200ms\nclockRate: 0.02\nmargin: 50ms",
            "mode: observe\nservice: \"http://172.20.0.248:8080/ready?x=1\"\nfailback: manual\nonControlPlaneLoss: release\nonIsolation: hold\nbrakes: off\nrearm: 30s\nadvert: 100ms",
            "replica: a2\nhttp: { listen: \"[::1]:8081\", hosts: [ arbiter.example.net ] }", "[ { node: lb1, preference: 1000 }, { node: lb2, preference: 1 } ]"));
        Assert.Equal(("a2", "[::1]:8081", "arbiter.example.net"), (options.Replica, options.HttpListen, Assert.Single(options.HttpHosts)));
        var quorum = options.Quorum;
        Assert.Equal(("arbiter", "word2", true, 0.02), (quorum.User, quorum.Password, quorum.Tls, quorum.ClockRate));
        Assert.Equal((4000, 1000, 300, 200, 50),
            (quorum.Lease.TotalMilliseconds, quorum.Renew.TotalMilliseconds, quorum.RpcTimeout.TotalMilliseconds, quorum.Guard.TotalMilliseconds, quorum.Margin.TotalMilliseconds));
        var group = options.Groups.Single();
        Assert.Equal((GroupMode.Observe, ControlPlaneLoss.Release, Isolation.Hold, false, TimeSpan.FromSeconds(30)),
            (group.Mode, group.OnControlPlaneLoss, group.OnIsolation, group.Brakes, group.Rearm));
        Assert.Equal("http://172.20.0.248:8080/ready?x=1", group.Service);
        Assert.Equal(group.Service, Arbiter.Groups.GroupsSetup.RulesOf(group).Policy.Service);
        Assert.Equal(TimeSpan.FromMilliseconds(100), Arbiter.Groups.GroupsSetup.RulesOf(group).Advert);
        Assert.Equal([1000, 1], group.Members.Select(m => m.Preference));
    }

    [Theory]
    [InlineData("redis: [ \"r1:1\" ]", "quorum.redis: has 1 server: give 3 or 5, or say 'mode: single' and accept that its loss stops every recorded move")]
    [InlineData("redis: [ \"r1:1\", \"r2:1\" ]", "quorum.redis: has 2 servers: give 3 or 5, an even number only adds ways to fail")]
    [InlineData("redis: [ \"r1:1\", \"r2:1\", \"r3:1\", \"r4:1\" ]", "quorum.redis: has 4 servers: give 3 or 5, an even number only adds ways to fail")]
    [InlineData("redis: []", "quorum.redis: has 0 servers: give 1 to 5")]
    [InlineData("redis: [ \"r1:1\", \"r2:1\", \"R1:1\" ]", "quorum.redis[2]: r1:1 stands here for the second time: each vote needs a server of its own")]
    [InlineData("redis: [ \"r1:1\", \"r2:1\", r3 ]", "quorum.redis[2]: is no host:port: write it such as redis1:6379")]
    [InlineData("redis: [ \"r1:1\", \"r2:1\", \"r3:1\" ]\nmode: single", "quorum.redis: has 3 servers with 'mode: single': give one, or remove the mode")]
    [InlineData(Servers + "\nmode: singel", "quorum.mode: 'singel' is not one of majority, single; did you mean 'single'?")]
    [InlineData(Servers + "\nrestartTrust: aof", "quorum.restartTrust: 'aof' is not one of none, aof-always")]
    [InlineData(Servers + "\nunsigned: yes", "quorum.unsigned: 'yes' is not one of refuse, accept")]
    [InlineData(Servers + "\nuser: me", "quorum.user: has no password beside it: add 'password'")]
    [InlineData(Servers + "\ntls: yes", "quorum.tls: 'yes' is neither on nor off: write on, off, true or false")]
    [InlineData(Servers + "\nclockRate: 0.5", "quorum.clockRate: 0.5 is outside 0 to 0.1")]
    [InlineData(Servers + "\nrenew: 4950ms", "quorum.lease: renew + 2 x rpcTimeout + guard (6s) must be below lease (6s): a leader could not renew in time; lower renew or rpcTimeout, or raise lease")]
    [InlineData(Servers + "\nlease: 10s", "quorum.lease: the wait for a dead leader plus three order refreshes (13302ms) must be below the validity of an order (12s): nodes would lose their orders at each change of leader; lower lease, clockRate or margin")]
    [InlineData(Servers + "\nleese: 5s", "quorum.leese: unknown key; did you mean 'lease'?")]
    public void A_wrong_quorum_is_an_error(string quorum, string expected) => Assert.Equal(expected, Bad(With(quorum)));

    [Fact]
    public void Just_inside_the_relations_is_good() => Good(With(Servers + "\nrenew: 4949ms"));

    [Fact]
    public void A_single_server_is_possible_and_a_permanent_warning()
    {
        var result = Parse(With("redis: [ \"127.0.0.1:6379\" ]\nmode: single"));
        Assert.True(result.Ok);
        Assert.StartsWith("'mode: single' is no quorum", Assert.Single(result.Warnings).Message);
    }

    [Fact]
    public void Trusting_disks_is_a_persons_word_and_a_warning()
    {
        var result = Parse(With(Servers + "\nrestartTrust: aof-always"));
        Assert.True(result.Options!.Quorum.TrustAof);
        Assert.Contains("can undo what was recorded", Assert.Single(result.Warnings).Message);
        Assert.False(Good(With(Servers + "\nrestartTrust: none")).Quorum.TrustAof);
        Assert.False(Good(With()).Quorum.TrustAof);
    }

    [Fact]
    public void Believing_what_nobody_signed_is_possible_while_upgrading_and_a_warning()
    {
        var result = Parse(With(Servers + "\nunsigned: accept"));
        Assert.True(result.Options!.Quorum.AcceptUnsigned);
        Assert.StartsWith("is 'accept': whatever anybody wrote into Redis", Assert.Single(result.Warnings).Message);
        Assert.False(Good(With()).Quorum.AcceptUnsigned);
    }

    [Theory]
    [InlineData("failback: auto", "groups[0].failback: 'auto' is not available in this version: a VIP moves back only by hand; write manual, or remove the key")]
    [InlineData("service: \"http://172.20.0.249/\"", "groups[0].service: names 172.20.0.249, which is none of the group's VIPs: give one of 172.20.0.248")]
    [InlineData("service: \"https://172.20.0.248/\"", "groups[0].service: https is not available in this version: give a plain http:// address")]
    [InlineData("service: 172.20.0.248", "groups[0].service: is no http:// address: write one such as http://172.20.0.248/")]
    [InlineData("service: \"http://172.20.0.248/a b\"", "groups[0].service: holds a space or a character that is not ASCII")]
    [InlineData("mode: akt", "groups[0].mode: 'akt' is not one of act, observe; did you mean 'act'?")]
    [InlineData("onIsolation: release", "groups[0].onIsolation: 'release' is not one of fence, hold")]
    [InlineData("onControlPlaneLoss: fence", "groups[0].onControlPlaneLoss: 'fence' is not one of local, hold, release")]
    [InlineData("advert: 10ms", "groups[0].advert: 10ms is below 50ms: give a duration from 50ms to 40s")]
    [InlineData("rearm: 0s", "groups[0].rearm: 0s is below 1s: give a duration from 1s to 1h")]
    [InlineData("vip: x", "groups[0].vip: unknown key; did you mean 'vips'?")]
    public void A_wrong_group_is_an_error(string group, string expected) => Assert.Equal(expected, Bad(With(group: group)));

    [Theory]
    [InlineData("[]", "groups[0].members: has 0 members: give 1 to 8")]
    [InlineData("[ { node: lb1 }, { node: lb1 } ]", "groups[0].members[1].node: 'lb1' is a member already: name each node once")]
    [InlineData("[ { node: lb1 }, { preference: 5 } ]", "groups[0].members[1].node: is missing: give the node's name, as in its agent.yaml")]
    [InlineData("[ { node: lb1 }, { node: lb2, preference: 0 } ]", "groups[0].members[1].preference: 0 is below 1: give a whole number from 1 to 1000")]
    [InlineData("[ lb1, { node: lb2 } ]", "groups[0].members[0]: is a value where 'key: value' lines are expected")]
    [InlineData("[ { node: LB1 }, { node: lb2 } ]", "groups[0].members[0].node: is no node name: " + Names.Rule)]
    public void Wrong_members_are_an_error(string members, string expected) => Assert.Equal(expected, Bad(With(members: members)));

    [Theory]
    [InlineData("profile: wan", "profile: is not available in this version: remove it")]
    [InlineData("http: { metrics: 9651 }", "http.metrics: is no place to listen: give address:port with a literal address, localhost:port, or *:port; or off")]
    [InlineData("http: { listen: 8080 }", "http.listen: is no place to listen: give address:port with a literal address, localhost:port, or *:port")]
    [InlineData("replica: Arb1", "replica: is no replica name: " + Names.Rule)]
    public void Wrong_top_level_keys_are_errors(string rest, string expected) => Assert.Equal(expected, Bad(With(rest: rest)));

    [Theory]
    [InlineData("", "127.0.0.1:9651")]
    [InlineData("http: { listen: \"127.0.0.1:80\" }", "127.0.0.1:9651")]
    [InlineData("http: { metrics: \"*:9651\" }", "*:9651")]
    [InlineData("http: { metrics: off }", null)]
    public void Metrics_are_on_loopback_until_told_otherwise(string rest, string? expected) => Assert.Equal(expected, Good(With(rest: rest)).HttpMetrics);

    [Fact]
    public void Groups_share_neither_name_nor_address()
    {
        var text = With() + "\n  - { name: web, vips: [ 172.20.0.248/24 ], members: [ { node: lb1 }, { node: lb2 } ] }\n";
        Assert.Equal(
            [
                "groups[1].name: 'web' is the name of an earlier group: give each its own",
                "groups[1].vips[0]: 172.20.0.248 is already groups[0].vips[0]: an address belongs to one group",
            ],
            Parse(text).Errors.Select(e => $"{e.Path}: {e.Message}"));
    }

    [Fact]
    public void A_host_name_that_is_no_name_asks_for_a_replica()
    {
        var result = ArbiterConfiguration.Parse(With(), ConfigurationEnvironment.Empty, "my_host");
        Assert.StartsWith("is missing, and this host's name is of no use", Assert.Single(result.Errors).Message);
    }

    [Fact]
    public void An_open_listener_is_a_warning() =>
        Assert.Equal("http.listen", Assert.Single(Parse(With(rest: "http: { listen: \"*:8080\" }")).Warnings).Path);

    [Fact]
    public void The_environment_overrides_any_key()
    {
        var options = Good(With(), ("ARBITER__quorum__redis__2", "r9:1"), ("ARBITER__GROUPS__0__MEMBERS__1__PREFERENCE", "7"), ("ARBITER__http__listen", "127.0.0.1:9"));
        Assert.Equal(("r9:1", 7, "127.0.0.1:9"), (options.Quorum.Redis[2], options.Groups[0].Members[1].Preference, options.HttpListen));
    }

    [Fact]
    public void All_mistakes_come_at_once_in_the_order_of_the_file()
    {
        const string text = """
            cluster: Chengdu
            rabbitmq: { uri: "amqp://arbiter@127.0.0.1/ha" }
            quorum: { redis: [ r1, "r2:1" ], lease: 10, renew: 6s }
            securty: { clusterKey: x }
            groups:
              - name: web
                vips: [ 172.20.0.248 ]
                members: [ { node: lb1, preferences: 5 }, { node: lb1 } ]
                failback: auto
            profile: wan
            """;
        Assert.Equal(
            [
                "arbiter.yaml:1:1: security: is missing: give { clusterKey: \"${file:/etc/arbiter/cluster.key}\" }",
                $"arbiter.yaml:1:10: cluster: is no cluster name: {Names.Rule}",
                "arbiter.yaml:2:11: rabbitmq.password: is missing: give the password, best as \"${file:/path}\"",
                "arbiter.yaml:3:18: quorum.redis: has 2 servers: give 3 or 5, an even number only adds ways to fail",
                "arbiter.yaml:3:20: quorum.redis[0]: is no host:port: write it such as redis1:6379",
                "arbiter.yaml:3:41: quorum.lease: '10' has no unit: write 10ms or 10s (500ms to 1m)",
                "arbiter.yaml:4:1: securty: unknown key; did you mean 'security'?",
                "arbiter.yaml:7:13: groups[0].vips[0]: '172.20.0.248' has no prefix length: write it as in keepalived.conf, such as 172.20.0.248/24",
                "arbiter.yaml:8:29: groups[0].members[0].preferences: unknown key; did you mean 'preference'?",
                "arbiter.yaml:8:55: groups[0].members[1].node: 'lb1' is a member already: name each node once",
                "arbiter.yaml:9:15: groups[0].failback: 'auto' is not available in this version: a VIP moves back only by hand; write manual, or remove the key",
                "arbiter.yaml:10:1: profile: is not available in this version: remove it",
            ],
            Parse(text).Errors.Select(e => e.ToString()));
    }

    /// <summary>It is looked at where the file is checked: a program that starts must not fall over it.</summary>
    [Fact]
    public void A_key_that_is_none_is_an_error_of_the_file_and_is_not_printed()
    {
        var error = Assert.Single(Parse(With(Servers).Replace("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "hunter2", StringComparison.Ordinal)).Errors).ToString();
        Assert.Contains("security.clusterKey: is no cluster key (line 1: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_printed_show_no_secret()
    {
        var options = Good(With(Servers + "\npassword: word"));
        Assert.DoesNotContain("word", $"{options} {options.Quorum}");
        Assert.DoesNotContain("AAECAwQF", options.ToString());
    }

    [Fact]
    public void The_shipped_example_loads_without_a_word()
    {
        var secret = Path.GetTempFileName();
        try
        {
            File.WriteAllText(secret, "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
            var text = Repository.Read("packaging", "etc", "arbiter.yaml");
            foreach (var name in (string[])["mq.password", "redis.password", "cluster.key"]) text = text.Replace($"/etc/arbiter/{name}", secret);
            File.WriteAllText(secret + ".yaml", text);
            var result = ArbiterConfiguration.Load(secret + ".yaml", ConfigurationEnvironment.Empty, "arb1");
            Assert.Equal("", result.Print());
            Assert.Equal([100, 80], result.Options!.Groups.Single().Members.Select(m => m.Preference));
        }
        finally
        {
            File.Delete(secret);
            File.Delete(secret + ".yaml");
        }
    }

    [Fact]
    public void A_damaged_file_ends_with_options_or_errors()
    {
        var whole = Repository.Read("packaging", "etc", "arbiter.yaml");
        string[] pieces = ["", ":", "\n", "- ", "[", "{}", ",", "~", "-1", "x", "${env:A}", "\"", "#", "&a ", "*a", "!b ", "\t", "\0"];
        var mutation = Gen.Select(Gen.Int[0, whole.Length], Gen.Int[0, 12], Gen.Int[0, pieces.Length - 1]);
        Check.Sample(mutation.Array[1, 5], mutations =>
        {
            var text = whole;
            foreach (var (at, cut, piece) in mutations)
            {
                var start = Math.Min(at, text.Length);
                text = text[..start] + pieces[piece] + text[Math.Min(start + cut, text.Length)..];
            }
            var result = Parse(text);
            return result.Ok == (result.Errors.Count == 0) && !result.Errors.Any(e => e.Message.Contains("no reason was found"));
        }, iter: 5_000);
    }

    private static string Groups(int groups, int vips) => With(rest: "") + string.Concat(Enumerable.Range(1, groups - 1).Select(g =>
        $"\n  - {{ name: g{g}, members: [ {{ node: lb1 }}, {{ node: lb{g + 2} }} ], vips: [ {string.Join(", ", Enumerable.Range(0, vips).Select(v => $"172.21.{g}.{v + 10}/16"))} ] }}"));

    [Fact]
    public void A_node_in_more_groups_than_its_agent_takes_is_refused()
    {
        const int Most = NodeLimits.MostGroups;
        Assert.Equal(Most, Good(Groups(Most, 1)).Groups.Count);
        Assert.Equal($"groups: make lb1 a member of {Most + 1} groups: an agent takes at most {Most}; put more addresses into one group, or use more nodes", Bad(Groups(Most + 1, 1)));
    }

    [Fact]
    public void An_order_that_no_message_could_hold_is_refused_before_a_VIP_depends_on_it()
    {
        Assert.Matches("^groups: of lb1 would need [0-9]+ bytes in one order, more than 16384: give it fewer groups, or fewer addresses in them$", Bad(Groups(32, 20)));
    }

    [Fact]
    public void The_largest_order_that_is_let_through_can_be_sent()
    {
        // as many addresses as are let through, and every number as long as it gets
        var most = Enumerable.Range(1, 20).TakeWhile(n => Parse(Groups(32, n)).Options is not null).Last();
        var options = Good(Groups(32, most));
        var order = new Contracts.Messages.Order
        {
            V = 1, Cluster = options.Cluster, Node = NodeId.Parse("lb1"), Process = new string('f', 64), Generation = long.MaxValue, Term = long.MaxValue, Seq = long.MaxValue,
            Nonce = new string('f', 64), ValidMs = 60_000, Report = true,
            Groups = [.. options.Groups.Select(g => new Contracts.Messages.GroupOrder { Group = g.Name, Epoch = long.MaxValue, Role = OrderedRole.Holder, Standby = NodeId.Parse("lb33"), OtherMaster = true, Policy = g.Policy })],
        };
        Assert.InRange(new Contracts.Wire.MessageCodec(options.Cluster).Encode(order).Length, 12_000, 16_384);
    }
}
