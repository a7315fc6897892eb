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
    [InlineData("{}", "probes.p: says not what to probe: give exactly one of process, http, ping")]
    [InlineData("{ process: x, ping: [ 172.20.0.1 ] }", "probes.p: has process and ping: give exactly one of process, http, ping (make two probes of it)")]
    [InlineData("{ command: /bin/true, timeout: 2s }", "probes.p.command: is not available in this version: remove it")]
    [InlineData("{ haproxySocket: /x, backend: http, minUp: 1 }", "probes.p.haproxySocket: is not available in this version: remove it")]
    [InlineData("{ tcp: \"172.20.0.151:80\" }", "probes.p.tcp: is not available in this version: remove it")]
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
