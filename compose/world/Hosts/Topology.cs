using Contracts.Configuration;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using World.Vrrp;

namespace World.Hosts;

/// <summary>
/// What stands in the configuration files of the simulated hosts: agent.yaml as docs/configuration.md recommends it with every default as in
/// production, keepalived.conf as docs/operating.md gives it.
/// </summary>
internal static class Topology
{
    public const string Gateway = "172.20.0.1";
    private const string Backend = "172.20.0.151";
    private const int FirstNode = 162;
    /// <summary>So many stand above the lowest base (102) in steps of 8, and have an address.</summary>
    public const int MostNodes = 16;

    public static string Address(WorldOptions options, NodeId node) => $"172.20.0.{FirstNode + IndexOf(options.Nodes, node)}";

    public static string Instance(GroupName group) => $"VI_{group}";

    public static string FenceFile(GroupName group) => $"/run/arbiter-agent/{group}.fence";

    public static string PriorityFile(GroupName group) => $"/run/arbiter-agent/{group}.priority";

    public static int Base(WorldGroup group, NodeId node) => 240 - 8 * IndexOf(group.Ranking, node);

    public static AgentOptions Agent(WorldOptions options, NodeId node)
    {
        var groups = options.Groups.Where(g => g.Ranking.Contains(node)).ToArray();
        var peers = options.Nodes.Where(n => n != node && groups.Any(g => g.Ranking.Contains(n))).Select(n => Address(options, n)).ToArray();
        ProbeOptions[] probes =
        [
            Probe("haproxy", ProbeDefaults.Process) with { Process = "haproxy" },
            Probe("proxy", ProbeDefaults.Proxy) with { Http = new Uri("http://127.0.0.1:9999/haproxy") },
            Probe("gateway", ProbeDefaults.Ping) with { Ping = [Gateway] },
            .. peers.Length == 0 ? [] : new[] { Probe("members", ProbeDefaults.Ping) with { Ping = peers } },
            Probe("backend", ProbeDefaults.Backend) with { Http = new Uri($"http://{Backend}/") },
        ];
        string[] names = [.. probes.Select(p => p.Name)];
        return new AgentOptions
        {
            Cluster = options.Cluster,
            Node = node,
            RabbitMq = new BrokerOptions(new Uri($"amqp://{node}@broker/"), ""),
            Key = "",
            Probes = probes,
            Groups = [.. groups.Select(g => new AgentGroupOptions
            {
                Group = g.Name,
                Instance = Instance(g.Name),
                Interface = "eth0",
                Vips = [g.Vip],
                Base = Base(g, node),
                Sick = Base(g, node) - 100,
                Advert = options.Advert,
                FenceFile = FenceFile(g.Name),
                PriorityFile = PriorityFile(g.Name),
                NotifyFifo = "/run/arbiter-agent/keepalived.fifo",
                Probes = names,
                IsolationProbes = [.. names.Where(n => n is "gateway" or "members" or "backend")],
            })],
        };
    }

    public static World.Vrrp.KeepalivedOptions Keepalived(WorldOptions options, NodeId node, Random chance) => new()
    {
        Latency = new KeepalivedLatency { Jitter = Delays.Jitter },
        Chance = chance,
        Instances = [.. options.Groups.Select((group, i) => (group, i)).Where(g => g.group.Ranking.Contains(node)).Select(g => new VrrpInstanceOptions
        {
            Name = Instance(g.group.Name),
            Vrid = g.i + 1,
            Address = Number(options, node),
            Version = options.Advert >= TimeSpan.FromSeconds(1) ? 2 : 3,
            Advert = options.Advert,
            Base = Base(g.group, node),
            GarpMasterRefresh = TimeSpan.FromSeconds(1),
            TrackFiles =
            [
                new TrackFileOptions(PriorityFile(g.group.Name), 1, InitFile: 0, Overwrite: true),
                new TrackFileOptions(FenceFile(g.group.Name), 0, InitFile: 0),
            ],
        })],
    };

    /// <exception cref="ArgumentException">Names what is wrong.</exception>
    public static void Check(WorldOptions options)
    {
        if (options.Nodes.Count is 0 or > MostNodes) throw new ArgumentException($"{options.Nodes.Count} nodes: give 1 to {MostNodes}");
        if (options.Nodes.Distinct().Count() != options.Nodes.Count) throw new ArgumentException("a node is named twice");
        if (options.Groups.Count is 0 or > 250) throw new ArgumentException($"{options.Groups.Count} groups: give 1 to 250");
        if (options.Groups.DistinctBy(g => g.Name).Count() != options.Groups.Count) throw new ArgumentException("a group is named twice");
        if (options.Advert < TimeSpan.FromMilliseconds(50) || options.Advert > TimeSpan.FromSeconds(40)) throw new ArgumentException($"an advert interval of {DurationText.Format(options.Advert)}: give 50 ms to 40 s");
        foreach (var group in options.Groups)
        {
            if (group.Ranking.Count == 0 || group.Ranking.Distinct().Count() != group.Ranking.Count) throw new ArgumentException($"group {group.Name}: give each member once");
            if (group.Ranking.FirstOrDefault(n => !options.Nodes.Contains(n)) is { Value.Length: > 0 } stranger) throw new ArgumentException($"group {group.Name}: {stranger} is no node of this world");
        }
    }

    private static long Number(WorldOptions options, NodeId node) => (172L << 24) + (20 << 16) + FirstNode + IndexOf(options.Nodes, node);

    private static int IndexOf(IReadOnlyList<NodeId> nodes, NodeId node)
    {
        for (var i = 0; i < nodes.Count; i++)
            if (nodes[i] == node) return i;
        throw new ArgumentException($"{node} is no node of this world");
    }

    private static ProbeOptions Probe(string name, ProbeDefaults defaults) => new()
    {
        Name = name,
        Class = defaults.Class,
        Interval = defaults.Interval,
        Deadline = defaults.DeadlineFor(defaults.Interval),
        Rise = defaults.Rise,
        Fall = defaults.Fall,
        HolderFall = defaults.HolderFall,
    };
}
