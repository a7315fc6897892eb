using System.Security.Cryptography;
using Arbiter.Configuration;
using Arbiter.Core;
using Contracts.Vocabulary;
using World.Hosts;

namespace Demo.Replicas;

/// <summary>What the demo consists of: the same for the arbiters and for the world.</summary>
internal sealed record DemoSetup
{
    public static IReadOnlyList<string> Servers { get; } = ["redis1:6379", "redis2:6379", "redis3:6379"];

    public static IReadOnlyList<string> Replicas { get; } = ["arb1", "arb2"];

    public static IReadOnlyList<NodeId> Nodes { get; } = [NodeId.Parse("lb1"), NodeId.Parse("lb2"), NodeId.Parse("lb3")];

    public static WorldGroup Web { get; } = new(GroupName.Parse("web"), "172.20.0.248/16", Nodes);

    public static WorldGroup Api { get; } = new(GroupName.Parse("api"), "172.20.0.249/16", [Nodes[1], Nodes[2], Nodes[0]]);

    public static IReadOnlyList<WorldGroup> Groups { get; } = [Web, Api];

    private static readonly ClusterName s_cluster = ClusterName.Parse("demo");

    /// <summary>New for each run, and nowhere but in memory.</summary>
    private readonly string _key = $"demo:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";

    public WorldOptions World => new() { Cluster = s_cluster, ClusterKey = _key, Nodes = Nodes, Groups = Groups };

    /// <summary>As read from an arbiter.yaml, but for what is in memory here. Brakes are off and a node is armed again soon, so that the next fault can follow soon.</summary>
    public ArbiterOptions Arbiter(string replica) => new()
    {
        Cluster = s_cluster,
        Replica = replica,
        RabbitMqUri = new Uri("amqp://arbiter@memory/ha"),
        RabbitMqPassword = "",
        Quorum = new QuorumOptions { Redis = Servers },
        ClusterKey = _key,
        HttpListen = "127.0.0.1:0",
        Groups = [.. Groups.Select(Options)],
    };

    private static GroupOptions Options(WorldGroup group) => new()
    {
        Name = group.Name,
        Vips = [group.Vip],
        Members = [.. group.Ranking.Select((node, place) => new MemberOptions(node, 100 - 10 * place))],
        Mode = GroupMode.Act,
        Brakes = false,
        Rearm = TimeSpan.FromSeconds(3),
        Advert = TimeSpan.FromMilliseconds(100),
        Service = $"http://{group.Vip.Split('/')[0]}/",
    };
}
