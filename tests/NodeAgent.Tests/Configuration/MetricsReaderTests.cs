using NodeAgent.Configuration;

namespace NodeAgent.Tests.Configuration;

public sealed class MetricsReaderTests
{
    [Fact]
    public void Without_a_word_there_is_one_address_on_loopback_and_no_extra_family()
    {
        var options = AgentYaml.Good(AgentYaml.With());
        Assert.Equal(["127.0.0.1:9650"], options.Metrics.Listen);
        Assert.False(options.Metrics.Gen2Brain);
        Assert.Equal(HaproxyFamily.Off, options.Metrics.Haproxy);
        Assert.Equal(DumpSource.File, options.Keepalived.Dump);
        Assert.Null(options.Groups[0].Vrid);
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var options = AgentYaml.Good(AgentYaml.With(group: "base: 240\nvrid: 239", rest:
            "metrics: { listen: [ \"127.0.0.1:9650\", \"10.0.0.1:9165\" ], compat: { gen2brain: true }, haproxy: builtin, haproxySocket: /run/h.sock }\nkeepalived: { dump: helper, dumpFile: /run/k.json, helperSocket: /run/x.sock }"));
        Assert.Equal(["127.0.0.1:9650", "10.0.0.1:9165"], options.Metrics.Listen);
        Assert.True(options.Metrics.Gen2Brain);
        Assert.Equal((HaproxyFamily.Builtin, "/run/h.sock"), (options.Metrics.Haproxy, options.Metrics.HaproxySocket));
        Assert.Equal(new KeepalivedOptions { Dump = DumpSource.Helper, DumpFile = "/run/k.json", HelperSocket = "/run/x.sock" }, options.Keepalived);
        Assert.Equal(239, options.Groups[0].Vrid);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("\"off\"")]
    public void Off_is_off(string word) => Assert.Empty(AgentYaml.Good(AgentYaml.With(rest: $"metrics: {{ listen: {word} }}")).Metrics.Listen);

    [Theory]
    [InlineData("metrics: { listen: 9650 }", "metrics.listen: is no list of addresses with a port: write [ 127.0.0.1:9650 ], or off")]
    [InlineData("metrics: { listen: [ 9650 ] }", "metrics.listen[0]: is no place to listen: give address:port with a literal address, localhost:port, or *:port")]
    [InlineData("metrics: { listen: [ \"*:1\", \"*:1\" ] }", "metrics.listen[1]: '*:1' is in the list already: remove it")]
    [InlineData("metrics: { haproxy: yes }", "metrics.haproxy: 'yes' is not one of off, builtin, exporter")]
    [InlineData("metrics: { compat: { mehdy: true } }", "metrics.compat.mehdy: unknown key")]
    [InlineData("keepalived: { dump: now }", "keepalived.dump: 'now' is not one of off, file, helper")]
    [InlineData("keepalived: { dumpFile: x }", "keepalived.dumpFile: is no absolute path: it must start with '/'")]
    public void What_is_wrong_is_said_at_its_place(string rest, string expected) => Assert.StartsWith(expected, AgentYaml.Bad(AgentYaml.With(rest: rest)), StringComparison.Ordinal);
}
