using Contracts.Vocabulary;
using static NodeAgent.Tests.Configuration.AgentYaml;

namespace NodeAgent.Tests.Configuration;

public sealed class ProbeReaderTests
{
    [Theory]
    [InlineData("{ process: haproxy }", "process", ProbeClass.Hard, 1000, 500, 1, 1, 1)]
    [InlineData("{ http: \"http://127.0.0.1:9999/haproxy\" }", "http", ProbeClass.Hard, 200, 150, 5, 3, 3)]
    [InlineData("{ http: \"http://127.9.9.9/\" }", "http", ProbeClass.Hard, 200, 150, 5, 3, 3)]
    [InlineData("{ http: \"http://[::1]:9999/\" }", "http", ProbeClass.Hard, 200, 150, 5, 3, 3)]
    [InlineData("{ http: \"http://localhost/\" }", "http", ProbeClass.Hard, 200, 150, 5, 3, 3)]
    [InlineData("{ http: \"http://172.20.0.151/\" }", "http", ProbeClass.Soft, 1000, 800, 5, 2, 3)]
    [InlineData("{ ping: [ 172.20.0.1 ] }", "ping", ProbeClass.Soft, 100, 80, 5, 3, 4)]
    [InlineData("{ tcp: \"172.20.0.151:3306\" }", "tcp", ProbeClass.Soft, 1000, 800, 5, 2, 3)]
    [InlineData("{ tcp: \"127.0.0.1:3306\" }", "tcp", ProbeClass.Soft, 1000, 800, 5, 2, 3)]
    [InlineData("{ haproxySocket: /run/h.sock, backend: http, minUp: 2 }", "haproxySocket", ProbeClass.Soft, 1000, 800, 5, 2, 3)]
    [InlineData("{ haproxySocket: /run/h.sock }", "haproxySocket", ProbeClass.Hard, 200, 150, 5, 3, 3)]
    [InlineData("{ command: /bin/true }", "command", ProbeClass.Soft, 10000, 5000, 2, 2, 3)]
    [InlineData("{ command: /bin/true, interval: 1s }", "command", ProbeClass.Soft, 1000, 800, 2, 2, 3)]
    public void A_probe_has_the_defaults_of_its_kind(string yaml, string kind, ProbeClass probeClass, int interval, int deadline, int rise, int fall, int holderFall)
    {
        var probe = Probe(yaml);
        Assert.Equal((kind, probeClass, rise, fall, holderFall), (probe.Kind, probe.Class, probe.Rise, probe.Fall, probe.HolderFall));
        Assert.Equal((interval, deadline), (probe.Interval.TotalMilliseconds, probe.Deadline.TotalMilliseconds));
    }

    [Fact]
    public void Everything_given_is_taken()
    {
        var probe = Probe("{ http: \"http://172.20.0.151:81/x?y=1\", expect: [ 200, 401 ], class: hard, interval: 2s, deadline: 1s, rise: 2, fall: 4, holderFall: 6 }");
        Assert.Equal("http://172.20.0.151:81/x?y=1", probe.Http!.ToString());
        Assert.Equal([200, 401], probe.Expect);
        Assert.Equal((ProbeClass.Hard, 2, 4, 6), (probe.Class, probe.Rise, probe.Fall, probe.HolderFall));
        Assert.Equal((2000, 1000), (probe.Interval.TotalMilliseconds, probe.Deadline.TotalMilliseconds));
        Assert.Equal("172.20.0.248:80", Probe("{ process: haproxy, listen: \"172.20.0.248:80\" }").Listen);
        Assert.Equal(("http", 2), (Probe("{ haproxySocket: /run/h.sock, backend: http, minUp: 2 }").Backend, Probe("{ haproxySocket: /run/h.sock, backend: http, minUp: 2 }").MinUp));
        Assert.Equal(ProbeClass.Hard, Probe("{ haproxySocket: /run/h.sock, backend: http, class: hard }").Class);
        Assert.Equal(["/usr/lib/nagios/plugins/check_load", "-w", "5,4,3"], Probe("{ command: \"/usr/lib/nagios/plugins/check_load -w 5,4,3\" }").Command);
        Assert.Equal(["/bin/echo", "a b", "$HOME | x"], Probe("{ command: [ /bin/echo, \"a b\", \"$HOME | x\" ], timeout: 2s, warning: bad }").Command);
        Assert.Equal((2000, false), (Probe("{ command: /bin/true, timeout: 2s, warning: bad }").Deadline.TotalMilliseconds, Probe("{ command: /bin/true, warning: bad }").WarningIsGood));
        Assert.Equal(new NodeAgent.Configuration.HostPort("[2001:db8::1]", 443), Probe("{ tcp: \"[2001:db8::1]:443\" }").Tcp);
        Assert.Equal(["172.20.0.1", "2001:db8::1"], Probe("{ ping: [ 172.20.0.1, \"2001:db8::1\" ] }").Ping);
    }

    [Fact]
    public void A_short_interval_shortens_the_default_deadline() =>
        Assert.Equal(40, Probe("{ http: \"http://127.0.0.1/\", interval: 50ms }").Deadline.TotalMilliseconds);

    [Fact]
    public void A_given_fall_keeps_the_holder_as_much_slower_as_by_default() =>
        Assert.Equal(7, Probe("{ ping: [ 172.20.0.1 ], fall: 6 }").HolderFall);

    [Fact]
    public void A_process_probe_may_use_its_whole_interval() =>
        Assert.Equal(500, Probe("{ process: haproxy, interval: 500ms, deadline: 500ms }").Deadline.TotalMilliseconds);

    [Theory]
    [InlineData("{ process: haproxy, interval: 500ms, deadline: 600ms }",
        "probes.p.deadline: 600ms must be at most the interval (500ms): a sample may not run into the next; lower deadline or raise interval")]
    [InlineData("{ ping: [ 172.20.0.1 ], deadline: 100ms }",
        "probes.p.deadline: 100ms must be below the interval (100ms): a sample may not run into the next; lower deadline or raise interval")]
    [InlineData("{}", "probes.p: says not what to probe: give exactly one of process, http, ping, tcp, haproxySocket, command")]
    [InlineData("{ process: x, ping: [ 172.20.0.1 ] }", "probes.p: has process and ping: give exactly one of process, http, ping, tcp, haproxySocket, command (make two probes of it)")]
    [InlineData("{ command: /bin/true, deadline: 2s }", "probes.p.deadline: is called 'timeout' in command probes: rename it")]
    [InlineData("{ command: /bin/true, timeout: 10s }",
        "probes.p.timeout: 10s must be below the interval (10s): a sample may not run into the next; lower timeout or raise interval")]
    [InlineData("{ command: /bin/true, interval: 100ms }", "probes.p.interval: 100ms is below 500ms: give a duration from 500ms to 1h")]
    [InlineData("{ command: check_load }", "probes.p.command: is no absolute path: it must start with '/'")]
    [InlineData("{ command: [ check_load, x ] }", "probes.p.command[0]: is no absolute path: it must start with '/'")]
    [InlineData("{ command: [] }", "probes.p.command: has 0 words: give 1 to 64")]
    [InlineData("{ command: \"/bin/sh -c 'x'\" }",
        "probes.p.command: holds a quote or a character that means something to a shell only, and none runs it: give a list of words, such as [ /path, \"an argument\" ]")]
    [InlineData("{ command: /bin/true, warning: okay }", "probes.p.warning: 'okay' is not one of good, bad")]
    [InlineData("{ command: /bin/true, minUp: 1 }", "probes.p.minUp: belongs to haproxySocket probes: remove it")]
    [InlineData("{ command: /bin/true, timout: 1s }", "probes.p.timout: unknown key; did you mean 'timeout'?")]
    [InlineData("{ haproxySocket: h.sock }", "probes.p.haproxySocket: is no absolute path: it must start with '/'")]
    [InlineData("{ haproxySocket: /h, minUp: 1 }", "probes.p.minUp: has no backend beside it: add 'backend', whose servers are counted")]
    [InlineData("{ haproxySocket: /h, backend: http, minUp: 0 }", "probes.p.minUp: 0 is below 1: give a whole number from 1 to 10000")]
    [InlineData("{ haproxySocket: /h, backend: \"my http\" }",
        "probes.p.backend: is no name of a backend: letters, digits, '-', '_', '.' and ':', as behind 'backend' or 'listen' in haproxy.cfg")]
    [InlineData("{ haproxySocket: /h, backnd: http }", "probes.p.backnd: unknown key; did you mean 'backend'?")]
    [InlineData("{ tcp: \"172.20.0.151\" }", "probes.p.tcp: is no address:port: write one such as 172.20.0.151:3306")]
    [InlineData("{ tcp: \"172.20.0.151:0\" }", "probes.p.tcp: is no address:port: write one such as 172.20.0.151:3306")]
    [InlineData("{ tcp: \"2001:db8::1:80\" }", "probes.p.tcp: is no address:port: write an IPv6 address in brackets, such as [2001:db8::1]:3306")]
    [InlineData("{ tcp: \"tcp://172.20.0.151:80\" }", "probes.p.tcp: is a web address: write address:port, or use an http probe")]
    [InlineData("{ tcp: \"172.20.0.151:80\", expect: [ 200 ] }", "probes.p.expect: belongs to http probes: remove it")]
    [InlineData("{ service: \"http://172.20.0.248/\" }",
        "probes.p.service: is no probe of agent.yaml: the service behind the VIP stands as 'service' of the group in arbiter.yaml, and every node learns it from there")]
    [InlineData("{ process: x, timeout: 2s }", "probes.p.timeout: belongs to command probes: the time limit of this kind is called 'deadline'")]
    [InlineData("{ process: x, expect: [ 200 ] }", "probes.p.expect: belongs to http probes: remove it")]
    [InlineData("{ ping: [ 172.20.0.1 ], listen: \"*:80\" }", "probes.p.listen: belongs to process probes: remove it")]
    [InlineData("{ process: haproxy-production }",
        "probes.p.process: 'haproxy-product...' is longer than 15 characters: the kernel cuts process names to 15, so give the first 15 (see /proc/PID/comm)")]
    [InlineData("{ process: /usr/sbin/hap }", "probes.p.process: is no process name: give the name as /proc/PID/comm shows it, without a path")]
    [InlineData("{ process: haproxy, listen: \"web:80\" }", "probes.p.listen: is no place to listen: give address:port with a literal address, or *:port")]
    [InlineData("{ http: \"https://172.20.0.151/\" }", "probes.p.http: https is not available in this version: probe a plain http:// address")]
    [InlineData("{ http: \"ftp://172.20.0.151/\" }", "probes.p.http: is no http:// address: write http://address:port/path")]
    [InlineData("{ http: 172.20.0.151 }", "probes.p.http: is no web address: write http://address:port/path")]
    [InlineData("{ http: \"http://u:p@172.20.0.151/\" }",
        "probes.p.http: holds a user: not available in this version, probe an address that answers without (any status line is good for a hard probe)")]
    [InlineData("{ http: \"http://172.20.0.151/\", expect: [ 99 ] }", "probes.p.expect[0]: 99 is below 100: give a whole number from 100 to 599")]
    [InlineData("{ ping: [ gateway ] }",
        "probes.p.ping[0]: is no literal IP address: names are not resolved here, because a slow name service would look like a dead gateway")]
    [InlineData("{ ping: [ 172.20.0.1, 172.20.0.1 ] }", "probes.p.ping[1]: 172.20.0.1 stands here for the second time: remove one")]
    [InlineData("{ ping: [] }", "probes.p.ping: has 0 addresses: give 1 to 64")]
    [InlineData("{ ping: 172.20.0.1 }", "probes.p.ping: is a value where a list of addresses is expected: write [ ... ] or lines that start with '- '")]
    [InlineData("{ ping: [ 172.20.0.1 ], class: sofd }", "probes.p.class: 'sofd' is not one of hard, soft; did you mean 'soft'?")]
    [InlineData("{ ping: [ 172.20.0.1 ], intervall: 1s }", "probes.p.intervall: unknown key; did you mean 'interval'?")]
    [InlineData("{ ping: [ 172.20.0.1 ], rise: 0 }", "probes.p.rise: 0 is below 1: give a whole number from 1 to 100")]
    [InlineData("haproxy", "probes.p: is a value where 'key: value' lines are expected")]
    [InlineData("", "probes.p: has no value: give its keys, indented below it, or remove it")]
    public void A_wrong_probe_is_one_error_that_says_what_to_do(string yaml, string expected) => Assert.Equal(expected, BadProbe(yaml));

    [Fact]
    public void A_socket_path_longer_than_the_kernel_takes_is_an_error() =>
        Assert.Equal("probes.p.haproxySocket: is longer than 107 bytes, the most that the kernel takes for the path of a socket",
            BadProbe($"{{ haproxySocket: /{new string('x', 107)} }}"));

    [Fact]
    public void At_most_64_probes()
    {
        var many = string.Join("\n", Enumerable.Range(0, 65).Select(i => $"p{i}: {{ process: x }}"));
        Assert.Equal("probes: has 65 probes: give 1 to 64", Bad(With(many, "[ p1 ]")));
    }

    [Fact]
    public void A_probe_name_is_a_name() =>
        Assert.Equal($"probes.My_Probe: is no probe name: {Names.Rule}", Bad(With("My_Probe: { process: x }", "[ My_Probe ]")));

    [Theory]
    [InlineData("p: { http: \"http://web1.example/\", class: hard }", "[ p ]", "probes.p.http", "is a host name")]
    [InlineData("p: { tcp: \"db.example:3306\", class: hard }", "[ p ]", "probes.p.tcp", "is a host name")]
    [InlineData("p: { process: x, fall: 3, holderFall: 2 }", "[ p ]", "probes.p.holderFall", "2 is below fall (3)")]
    [InlineData("p: { process: x }\nq: { process: y }", "[ p ]", "probes.q", "is named by no group")]
    [InlineData("p: { http: \"http://172.20.0.151/\" }", "[ p ]", "groups.web.probes", "none of them is hard")]
    public void What_is_doubtful_is_a_warning(string probes, string uses, string path, string message)
    {
        var result = Parse(With(probes, uses));
        Assert.True(result.Ok);
        Assert.Contains(result.Warnings, w => w.Path == path && w.Message.StartsWith(message, StringComparison.Ordinal));
    }
}
