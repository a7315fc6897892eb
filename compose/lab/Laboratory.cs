using System.Diagnostics;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Native;
using Lab.Services;

namespace Lab;

/// <summary>A lab that stands: its hosts, its segment, and what may be done to its daemons.</summary>
internal sealed class Laboratory
{
    private readonly LabPaths _paths;
    private readonly IReadOnlyDictionary<string, Host> _hosts;

    private Laboratory(LabPaths paths, LabOptions options, string? machineLink, IReadOnlyDictionary<string, Host> hosts)
    {
        _paths = paths;
        _hosts = hosts;
        Options = options;
        MachineLink = machineLink;
        Bridge = new Bridge(hosts[Topology.Bridge]);
    }

    public LabOptions Options { get; }
    public Bridge Bridge { get; }
    public LabPaths Paths => _paths;
    /// <summary>The machine's own interface on the segment; null when it has none.</summary>
    public string? MachineLink { get; }
    public bool HasControlPlane => Options.Mode == LabMode.Full;
    public IEnumerable<Host> Hosts => Topology.HostsOf(Options.Mode).Select(Host);
    public IEnumerable<Host> Balancers => Topology.Balancers.Select(Host);
    /// <summary>The balancers whose interface has the VIP now: one, in a healthy lab.</summary>
    public IReadOnlyList<string> VipOwners => [.. Balancers.Where(host => host.Owns(Topology.Vip)).Select(host => host.Name)];

    /// <exception cref="LabError">No lab stands, or not all of it.</exception>
    public static Laboratory Open(LabPaths paths)
    {
        var store = new LabStore(paths);
        if (!store.Exists) throw new LabError($"no lab '{paths.Prefix}' is up: lab up");
        if (store.Read() is not { Complete: true } entry) throw new LabError($"the lab '{paths.Prefix}' is only half there: lab down, then lab up");
        var hosts = store.LiveHosts();
        var missing = Topology.HostsOf(entry.Options.Mode).Append(Topology.Bridge).Where(name => !hosts.ContainsKey(name)).ToList();
        if (missing.Count > 0) throw new LabError($"the lab '{paths.Prefix}' lost {string.Join(", ", missing)}: lab down, then lab up");
        return new Laboratory(paths, entry.Options, entry.MachineLink, hosts);
    }

    /// <exception cref="LabError">No such host in this lab.</exception>
    public Host Host(string name) => _hosts.TryGetValue(name, out var host) && name != Topology.Bridge
        ? host
        : throw new LabError($"no host '{name}' in this lab: {string.Join(", ", Topology.HostsOf(Options.Mode))}", LabError.Usage);

    /// <exception cref="LabError">The service does not run on that host.</exception>
    public (Service Service, Host Host) Find(string host, string service)
    {
        var found = ServiceTable.Find(service);
        if (!found.Hosts.Contains(host)) throw new LabError($"{service} runs on {string.Join(", ", found.Hosts)}, not on '{host}'", LabError.Usage);
        if (!ServiceTable.Of(Options.Mode).Contains(found)) throw new LabError($"this lab runs without {service}: lab down, then lab up", LabError.Refused);
        return (found, Host(host));
    }

    /// <summary>Every daemon that should run in this lab, with its host.</summary>
    public IEnumerable<(Service Service, Host Host)> Expected() =>
        from service in ServiceTable.Of(Options.Mode)
        from host in service.Hosts
        select (service, Host(host));

    /// <summary>Starts what is dead and lets go on what was stopped; restores every link. What runs well is not touched.</summary>
    public async Task Heal()
    {
        await Bridge.Heal(Hosts.Select(host => host.Name));
        foreach (var host in Hosts) HostProcesses.Signal(HostProcesses.Find(host, name: null), Libc.SigCont);
        // whoever saw the register goes on with it by himself; with all of them and all of it gone this is a first installation once more
        var forgotten = HasControlPlane && new Service[] { ServiceTable.Redis, ServiceTable.Arbiter }.All(service => service.Hosts.All(name => !service.IsRunning(Host(name))));
        foreach (var (service, host) in Expected())
        {
            if (service == ServiceTable.Arbiter && forgotten)
            {
                await SeedQuorum();
                forgotten = false;
            }
            if (service.IsRunning(host)) continue;
            await service.Start(host);
            await service.Ready(host);
        }
    }

    /// <summary>The register's first installation, on servers that are all empty.</summary>
    public Task<string> SeedQuorum() => Host("arb1").Must(ArbiterServer.As("quorum", "seed", "--config", ArbiterYaml.Path));
}
