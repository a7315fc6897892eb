namespace Lab.Hosts;

/// <summary>What runs in a lab: everything, keepalived alone, or the classic set-up for comparison.</summary>
internal enum LabMode
{
    /// <summary>RabbitMQ, three Redis, two arbiters, agents.</summary>
    Full,
    /// <summary>The same keepalived.conf, nobody who steers it.</summary>
    Plain,
    /// <summary>The classic polling script and static priorities.</summary>
    Seed,
}

/// <summary>The hosts and their addresses on 172.20.0.0/16.</summary>
internal static class Topology
{
    public const string Vip = "172.20.0.248";
    public const int PrefixLength = 16;
    public const string Network = "172.20.0.0/16";
    public const string Gateway = "172.20.0.1";
    /// <summary>Where the machine itself stands on the lab's bridge.</summary>
    public const string MachineAddress = "172.20.255.254";
    /// <summary>The namespace that holds the bridge; a host like the others, without an address.</summary>
    public const string Bridge = "bridge";
    public const int ApiPort = 8080;
    public const int ArbiterMetricsPort = 9651;
    public const int AgentMetricsPort = 9650;

    public static IReadOnlyList<string> Balancers { get; } = ["lb1", "lb2"];
    public static IReadOnlyList<string> Webs { get; } = ["web1", "web2"];
    public static IReadOnlyList<string> RedisServers { get; } = ["redis1", "redis2", "redis3"];
    public static IReadOnlyList<string> Arbiters { get; } = ["arb1", "arb2"];

    private static readonly Dictionary<string, string> Addresses = new(StringComparer.Ordinal)
    {
        ["gw"] = "172.20.0.1",
        ["mq"] = "172.20.0.10",
        ["redis1"] = "172.20.0.11",
        ["redis2"] = "172.20.0.12",
        ["redis3"] = "172.20.0.13",
        ["arb1"] = "172.20.0.20",
        ["arb2"] = "172.20.0.21",
        ["witness"] = "172.20.0.30",
        ["web1"] = "172.20.0.151",
        ["web2"] = "172.20.0.152",
        ["lb1"] = "172.20.0.162",
        ["lb2"] = "172.20.0.163",
        ["client"] = "172.20.0.200",
    };

    /// <summary>Everything below this priority is the network's business, not the arbiter's.</summary>
    public static int BasePriority(string balancer) => balancer == "lb1" ? 240 : 232;

    /// <summary>
    /// A site has a machine for each host; here all share a few processors. The control plane, which is many processes and would otherwise
    /// compete with an election that lasts a millisecond, stands behind the balancers.
    /// </summary>
    public static int Niceness(string host) => host is "mq" or "arb1" or "arb2" || RedisServers.Contains(host) ? 15 : 0;

    public static string OtherBalancer(string balancer) => balancer == "lb1" ? "lb2" : "lb1";

    public static string Address(string host) => Addresses[host];

    /// <summary>/etc/hosts of one host: all names, its own and localhost first.</summary>
    public static string HostsFile(string host) =>
        "127.0.0.1 localhost\n" + string.Concat(Addresses.OrderByDescending(pair => pair.Key == host).Select(pair => $"{pair.Value} {pair.Key}\n"));

    public static IReadOnlyList<string> HostsOf(LabMode mode) => mode == LabMode.Full
        ? [.. Addresses.Keys]
        : ["gw", "web1", "web2", "lb1", "lb2", "client"];
}
