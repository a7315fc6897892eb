using Contracts.Configuration;
using NodeAgent.Configuration;

namespace NodeAgent.Tests.Configuration;

/// <summary>A small correct agent.yaml whose parts can be replaced.</summary>
internal static class AgentYaml
{
    public const string Steering = "{ fence: /run/arbiter-agent/web.fence, priority: /run/arbiter-agent/web.priority }";

    public static ConfigurationResult<AgentOptions> Parse(string text, params (string Name, string Value)[] variables) =>
        AgentConfiguration.Parse(text, new ConfigurationEnvironment(variables.ToDictionary(v => v.Name, v => v.Value)));

    public static string With(string probes = "haproxy: { process: haproxy }", string uses = "[ haproxy ]", string group = "base: 240", string rest = "", string steering = Steering) => $"""
        cluster: chengdu
        node: lb1
        rabbitmq: {"{"} uri: "amqp://lb1@127.0.0.1:5672/ha", password: secret {"}"}
        key: "k1:abcdef"
        {rest}
        probes:
          {probes.ReplaceLineEndings("\n  ")}
        groups:
          web:
            instance: VI_1
            interface: eth0
            vips: [ 172.20.0.248/16 ]
            steering: {steering}
            notifyFifo: /run/arbiter-agent/keepalived.fifo
            probes: {uses}
            {group.ReplaceLineEndings("\n    ")}
        """;

    public static AgentOptions Good(string text, params (string Name, string Value)[] variables)
    {
        var result = Parse(text, variables);
        Assert.Empty(result.Errors);
        Assert.True(result.Ok);
        return result.Options!;
    }

    /// <summary>The one error, without its place.</summary>
    public static string Bad(string text)
    {
        var result = Parse(text);
        Assert.Null(result.Options);
        var error = Assert.Single(result.Errors);
        Assert.True(error.Place.Line > 0);
        return $"{error.Path}: {error.Message}";
    }

    public static ProbeOptions Probe(string probe) => Good(With($"p: {probe}", "[ p ]")).Probes.Single();

    public static string BadProbe(string probe) => Bad(With($"p: {probe}", "[ p ]"));
}
