using Lab.Hosts;

namespace Lab.Configuration;

/// <summary>agent.yaml of a balancer.</summary>
internal static class AgentYaml
{
    public const string Path = "/etc/arbiter/agent.yaml";
    public const string KeyFile = "/etc/arbiter/node.key";
    public const string PasswordFile = "/etc/arbiter/mq.password";

    public static string Render(string balancer, LabOptions options) => $$"""
        cluster: {{ArbiterYaml.Cluster}}
        node: {{balancer}}
        rabbitmq: { uri: "amqp://{{balancer}}@{{Topology.Address("mq")}}:5672/ha", password: "${file:{{PasswordFile}}}" }
        key: "${file:{{KeyFile}}}"
        metrics: { listen: [ "127.0.0.1:{{Topology.AgentMetricsPort}}", "{{Topology.Address(balancer)}}:{{Topology.AgentMetricsPort}}" ], compat: { gen2brain: true } }
        probes:
          haproxy: { process: haproxy }
          proxy:   { http: "http://127.0.0.1:9999/haproxy", class: hard }
          gateway: { ping: [ {{Topology.Gateway}} ] }
          members: { ping: [ {{Topology.Address(Topology.OtherBalancer(balancer))}} ] }
          web1:    { http: "http://{{Topology.Address("web1")}}/", class: soft }
          web2:    { http: "http://{{Topology.Address("web2")}}/", class: soft }
        groups:
          web:
            instance: {{KeepalivedConf.Instance}}
            interface: eth0
            vips: [ {{Topology.Vip}}/{{Topology.PrefixLength}} ]
            base: {{Topology.BasePriority(balancer)}}
            vrid: 239
            advert: {{options.AdvertText}}
            steering: { fence: {{KeepalivedConf.FenceFile}}, priority: {{KeepalivedConf.PriorityFile}} }
            notifyFifo: {{KeepalivedConf.Fifo}}
            keepalivedPidFile: {{Services.Keepalived.PidFile}}
            probes: [ haproxy, proxy, gateway, members, web1, web2 ]
            isolation: [ gateway, members, web1, web2 ]

        """;
}
