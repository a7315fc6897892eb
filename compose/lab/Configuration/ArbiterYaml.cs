using Lab.Hosts;

namespace Lab.Configuration;

/// <summary>arbiter.yaml, the same on both replicas.</summary>
internal static class ArbiterYaml
{
    public const string Cluster = "lab";
    public const string Path = "/etc/arbiter/arbiter.yaml";
    public const string KeyFile = "/etc/arbiter/cluster.key";
    public const string BrokerPasswordFile = "/etc/arbiter/mq.password";
    public const string RedisPasswordFile = "/etc/arbiter/redis.password";
    public const string HookSecretFile = "/etc/arbiter/hook.secret";
    /// <summary>Where a receiver of webhooks may listen on the client host.</summary>
    public const int HookPort = 9000;

    public static string Render(LabOptions options) => $$"""
        cluster: {{Cluster}}
        rabbitmq: { uri: "amqp://arbiter@{{Topology.Address("mq")}}:5672/ha", password: "${file:{{BrokerPasswordFile}}}" }
        quorum:
          redis: [ {{string.Join(", ", Topology.RedisServers.Select(server => $"\"{Topology.Address(server)}:{Services.Redis.Port}\""))}} ]
          user: arbiter
          password: "${file:{{RedisPasswordFile}}}"
        security: { clusterKey: "${file:{{KeyFile}}}" }
        http: { listen: "0.0.0.0:{{Topology.ApiPort}}", metrics: "0.0.0.0:{{Topology.ArbiterMetricsPort}}" }
        receivers:
          - name: hook
            type: webhook
            url: http://{{Topology.Address("client")}}:{{HookPort}}/hook
            allowHttp: true
            allow: [ {{Topology.Network}} ]
            secret: "${file:{{HookSecretFile}}}"
        groups:
          - name: web
            vips: [ {{Topology.Vip}}/{{Topology.PrefixLength}} ]
            members:
              - { node: lb1, preference: 100 }
              - { node: lb2, preference: 80 }
            service: http://{{Topology.Vip}}/
            advert: {{options.AdvertText}}
            rearm: {{options.Rearm.TotalSeconds:0}}s
            brakes: {{(options.Brakes ? "on" : "off")}}

        """;
}
