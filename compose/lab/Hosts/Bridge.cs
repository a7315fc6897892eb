namespace Lab.Hosts;

/// <summary>The one segment that all hosts hang on: its ports, what it drops, and the machine's own leg into it.</summary>
internal sealed class Bridge(Host bridge)
{
    private const string MachinePort = "machine";
    private const string Rules = """
        table bridge lab {
          set pairs { type ifname . ifname; }
          set alone { type ifname; }
          chain frames {
            type filter hook forward priority 0; policy accept;
            meta iifname . meta oifname @pairs drop
            meta iifname @alone drop
            meta oifname @alone drop
          }
        }

        """;

    /// <summary>Makes the bridge and gives every host its eth0, address and route.</summary>
    public async Task Build(IReadOnlyCollection<Host> hosts)
    {
        var ports = string.Concat(hosts.Select(host => $"""
            link add {host.Name} type veth peer name eth0 netns {host.Init}
            link set {host.Name} master br0 up

            """));
        await Ip(bridge, "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\nlink set br0 up\n" + ports);
        await Nft(Rules);
        await Task.WhenAll(hosts.Select(host => Ip(host, $"""
            addr add {host.Address}/{Topology.PrefixLength} dev eth0
            link set eth0 up
            {(host.Name == "gw" ? "" : $"route add default via {Topology.Gateway}")}

            """)));
    }

    /// <summary>
    /// Why the machine cannot be given an address on the segment: another lab or a container network has it already.
    /// Null when it can. A lab without it works, only a browser on the machine does not reach it.
    /// </summary>
    public static async Task<string?> MachineObstacle(string link)
    {
        if (Directory.Exists("/sys/class/net/" + link)) return $"the machine already has an interface {link}";
        var routes = await Shell.Must(["ip", "-4", "-o", "route", "show", "root", Topology.Network]);
        return routes.Trim().Length > 0 ? $"the machine already has a route into {Topology.Network}: {routes.Trim().Split('\n')[0]}" : null;
    }

    /// <summary>Gives the machine an address on the segment, so that a browser can reach the lab.</summary>
    public async Task ConnectMachine(string link)
    {
        await Shell.Must(["ip", "link", "add", link, "type", "veth", "peer", "name", MachinePort, "netns", $"{bridge.Init}"]);
        await Shell.Must(["ip", "addr", "add", $"{Topology.MachineAddress}/{Topology.PrefixLength}", "dev", link]);
        await Shell.Must(["ip", "link", "set", link, "up"]);
        await Ip(bridge, $"link set {MachinePort} master br0 up\n");
    }

    /// <summary>Carrier off: the host sees its cable pulled.</summary>
    public Task Cut(string host) => Ip(bridge, $"link set {host} down\n");

    public Task Uncut(string host) => Ip(bridge, $"link set {host} up\n");

    /// <summary>No frame passes between the two, in either direction; both keep everybody else.</summary>
    public Task Partition(string a, string b) => Nft($$"""add element bridge lab pairs { "{{a}}" . "{{b}}", "{{b}}" . "{{a}}" }""");

    /// <summary>No frame of the host passes, its carrier stays.</summary>
    public Task Isolate(string host) => Nft($$"""add element bridge lab alone { "{{host}}" }""");

    public async Task Heal(IEnumerable<string> hosts)
    {
        await Nft("flush set bridge lab pairs\nflush set bridge lab alone\n");
        await Ip(bridge, string.Concat(hosts.Select(host => $"link set {host} up\n")));
    }

    private static Task Ip(Host host, string lines) => Shell.Must(host.OnNetwork(["ip", "-batch", "-"]), lines);

    private Task Nft(string script) => Shell.Must(bridge.OnNetwork(["nft", "-f", "-"]), script + "\n");
}
