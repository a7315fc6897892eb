using Lab.Configuration;
using Lab.Hosts;
using Lab.Native;
using Lab.Services;

namespace Lab.Faults;

/// <summary>All faults. Each can be undone by <c>heal</c>.</summary>
internal static class FaultTable
{
    private const string Target = "[HOST|both]";

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("kill-haproxy", Target, "SIGKILL haproxy on the holder (or HOST, or both)", Signal(ServiceTable.Haproxy, Libc.SigKill)),
        new("hang-haproxy", Target, "SIGSTOP haproxy: its port is open and nothing answers", Signal(ServiceTable.Haproxy, Libc.SigStop)),
        new("kill-keepalived", Target, "SIGKILL every keepalived process: the VIP stays where it is", Signal(ServiceTable.Keepalived, Libc.SigKill)),
        new("stop-keepalived", Target, "SIGTERM keepalived: it says goodbye by priority 0", First(ServiceTable.Keepalived, Libc.SigTerm)),
        new("kill-vrrp", Target, "SIGKILL keepalived's VRRP process only: the parent starts it again", Last(ServiceTable.Keepalived, Libc.SigKill)),
        new("kill-agent", Target, "SIGKILL the agent: its supervisor starts it again after 1 s", Signal(ServiceTable.Agent, Libc.SigKill)),
        new("cut-gateway", Target, "drop every frame between the holder (or HOST, or both) and the gateway", CutGateway),
        new("isolate", "[HOST]", "drop every frame of the holder (or HOST); its carrier stays", Isolate),
        new("cut", "[HOST]", "carrier off at the holder (or HOST)", Cut),
        new("split", "", "drop every frame between lb1 and lb2", Split),
        new("kill-redis", "N", "SIGKILL N of the three Redis servers (1 to 3); they stay away", KillRedis),
        new("kill-broker", "", "SIGKILL RabbitMQ; it stays away", ForGood(ServiceTable.RabbitMq)),
        new("kill-arbiters", "", "SIGKILL both arbiters; they stay away", ForGood(ServiceTable.Arbiter)),
        new("kill-control-plane", "", "broker, all three Redis and both arbiters at once", KillControlPlane),
        new("fence-file", "[HOST]", "write 1 to the holder's fence file: what keepalived and the network alone need", FenceFile),
    ];

    /// <exception cref="LabError">No such fault.</exception>
    public static Fault Find(string name) => All.FirstOrDefault(fault => fault.Name == name)
        ?? throw new LabError($"no fault '{name}': {string.Join(", ", All.Select(fault => fault.Name))}", LabError.Usage);

    /// <exception cref="LabError">No balancer holds the VIP, or the host is no balancer.</exception>
    private static IReadOnlyList<Host> Targets(Laboratory lab, string? argument) => argument switch
    {
        "both" => [.. lab.Balancers],
        null => [lab.Host(lab.VipOwners.FirstOrDefault() ?? throw new LabError("nobody holds the VIP: name the host"))],
        _ when Topology.Balancers.Contains(argument) => [lab.Host(argument)],
        _ => throw new LabError($"'{argument}' is no balancer: lb1, lb2 or both", LabError.Usage),
    };

    private static Host Target1(Laboratory lab, string? argument) =>
        argument is null ? Targets(lab, null)[0] : lab.Host(argument);

    private static Func<Laboratory, string?, Task<Func<Task>>> Signal(Service service, int signal) => (lab, argument) =>
        Task.FromResult(Blow(service, [.. Targets(lab, argument).SelectMany(service.Victims)], signal));

    private static Func<Laboratory, string?, Task<Func<Task>>> First(Service service, int signal) => (lab, argument) =>
        Task.FromResult(Blow(service, [.. Targets(lab, argument).SelectMany(host => service.Victims(host).Take(1))], signal));

    private static Func<Laboratory, string?, Task<Func<Task>>> Last(Service service, int signal) => (lab, argument) =>
        Task.FromResult(Blow(service, [.. Targets(lab, argument).SelectMany(host => service.Victims(host).TakeLast(1))], signal));

    private static Func<Laboratory, string?, Task<Func<Task>>> ForGood(Service service) => (lab, _) =>
        Task.FromResult(Blow(service, [.. service.Hosts.SelectMany(name => service.VictimsForGood(lab.Host(name)))], Libc.SigKill));

    private static Func<Task> Blow(Service service, IReadOnlyList<int> victims, int signal)
    {
        if (victims.Count == 0) throw new LabError($"{service.Name} does not run there: lab heal");
        return () =>
        {
            HostProcesses.Signal(victims, signal);
            return Task.CompletedTask;
        };
    }

    private static Task<Func<Task>> CutGateway(Laboratory lab, string? argument)
    {
        var hosts = Targets(lab, argument);
        return Task.FromResult<Func<Task>>(async () =>
        {
            foreach (var host in hosts) await lab.Bridge.Partition(host.Name, "gw");
        });
    }

    private static Task<Func<Task>> Isolate(Laboratory lab, string? argument)
    {
        var host = Target1(lab, argument);
        return Task.FromResult(() => lab.Bridge.Isolate(host.Name));
    }

    private static Task<Func<Task>> Cut(Laboratory lab, string? argument)
    {
        var host = Target1(lab, argument);
        return Task.FromResult(() => lab.Bridge.Cut(host.Name));
    }

    private static Task<Func<Task>> Split(Laboratory lab, string? argument) => Task.FromResult(() => lab.Bridge.Partition("lb1", "lb2"));

    private static Task<Func<Task>> KillRedis(Laboratory lab, string? argument)
    {
        if (!int.TryParse(argument, out var count) || count < 1 || count > Topology.RedisServers.Count)
            throw new LabError($"kill-redis {argument}: how many of the three, 1 to 3", LabError.Usage);
        var victims = Topology.RedisServers.Take(count).SelectMany(name => ServiceTable.Redis.Victims(lab.Host(name))).ToList();
        return Task.FromResult(Blow(ServiceTable.Redis, victims, Libc.SigKill));
    }

    private static async Task<Func<Task>> KillControlPlane(Laboratory lab, string? argument)
    {
        var broker = await ForGood(ServiceTable.RabbitMq)(lab, null);
        var redis = await KillRedis(lab, "3");
        var arbiters = await ForGood(ServiceTable.Arbiter)(lab, null);
        return async () =>
        {
            await broker();
            await redis();
            await arbiters();
        };
    }

    private static Task<Func<Task>> FenceFile(Laboratory lab, string? argument)
    {
        var host = Targets(lab, argument)[0];
        return Task.FromResult<Func<Task>>(() =>
        {
            SteeringFiles.Put(host, KeepalivedConf.FenceFile, 1);
            SteeringFiles.Put(host, KeepalivedConf.PriorityFile, 0); // a fenced node never preempts when the fence goes
            return Task.CompletedTask;
        });
    }
}
