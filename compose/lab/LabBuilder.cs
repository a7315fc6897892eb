using System.Diagnostics;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Native;
using Lab.Services;

namespace Lab;

/// <summary>Makes a lab and takes it away again.</summary>
internal sealed class LabBuilder(LabPaths paths, Action<string> say)
{
    private static readonly TimeSpan HostStart = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan HostEnd = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(5);

    private readonly LabStore _store = new(paths);

    private string MachineLink => paths.Prefix + "-lab";

    /// <exception cref="LabError">Something of a lab is there already, or a part did not start; then nothing is left over.</exception>
    public async Task<Laboratory> Up(LabOptions options)
    {
        if (Libc.EffectiveUser() != 0) throw new LabError("the lab makes network namespaces: run it as root", LabError.Refused);
        using var held = _store.Lock();
        if (_store.Exists)
        {
            throw new LabError(_store.LiveHosts().Count > 0
                ? $"a lab '{paths.Prefix}' is already there: lab down first (or another LAB_PREFIX)"
                : $"a lab '{paths.Prefix}' was left over by a crash: lab down cleans it", LabError.Refused);
        }
        try
        {
            _store.Write(new LabStore.Entry(options, Complete: false, MachineLink: null));
            var hosts = await StartHosts(options);
            var link = await Connect(options, hosts);
            await StartServices(options, hosts);
            _store.Write(new LabStore.Entry(options, Complete: true, link));
            return Laboratory.Open(paths);
        }
        catch
        {
            KeepLogs();
            await TearDown();
            throw;
        }
    }

    /// <summary>Takes everything of this lab away, however little of it is still there. Nothing of anybody else is touched.</summary>
    public async Task Down()
    {
        using var held = _store.Lock();
        await TearDown();
    }

    private async Task<Dictionary<string, Host>> StartHosts(LabOptions options)
    {
        IReadOnlyList<string> names = [Topology.Bridge, .. Topology.HostsOf(options.Mode)];
        foreach (var name in names)
        {
            Directory.CreateDirectory(paths.LogFolder(name));
            await Shell.Must(["setsid", "--fork", Path.Combine(paths.Home, "host-init"), "outer", name, paths.State, paths.Home, paths.Programs]);
        }
        var hosts = new Dictionary<string, Host>(StringComparer.Ordinal);
        var clock = Stopwatch.StartNew();
        foreach (var name in names)
        {
            while (!IsReady(name))
            {
                if (clock.Elapsed > HostStart || Died(name)) throw new LabError($"host {name} did not start: {InitLog(name)}");
                await Task.Delay(PollEvery);
            }
            var host = new Host(name, PidRecord.Read(paths.PidFile(name))?.Child() ?? throw new LabError($"host {name} ended at once: {InitLog(name)}"));
            host.Write("/etc/hosts", Topology.HostsFile(name));
            hosts[name] = host;
        }
        return hosts;
    }

    private bool IsReady(string name) => File.Exists(paths.ReadyFile(name)) && new FileInfo(paths.ReadyFile(name)).Length > 0;

    private bool Died(string name) => PidRecord.Read(paths.PidFile(name)) is { Alive: false };

    private string InitLog(string name)
    {
        var file = Path.Combine(paths.LogFolder(name), "init.log");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "it said nothing";
    }

    private async Task<string?> Connect(LabOptions options, Dictionary<string, Host> hosts)
    {
        var bridge = new Bridge(hosts[Topology.Bridge]);
        await bridge.Build([.. hosts.Values.Where(host => host.Name != Topology.Bridge)]);
        if (options.Mode != LabMode.Full) return null;
        if (await Bridge.MachineObstacle(MachineLink) is { } obstacle)
        {
            say($"the lab is not reachable from the machine itself, only by 'lab exec': {obstacle}");
            return null;
        }
        _store.Write(new LabStore.Entry(options, Complete: false, MachineLink)); // before it is made: a crash leaves no unknown link
        await bridge.ConnectMachine(MachineLink);
        return MachineLink;
    }

    private static async Task Start(Service service, Dictionary<string, Host> hosts)
    {
        foreach (var name in service.Hosts) await service.Start(hosts[name]);
    }

    private async Task StartServices(LabOptions options, Dictionary<string, Host> hosts)
    {
        var files = new HostFiles(paths, options, hosts);
        if (options.Mode == LabMode.Full)
        {
            files.ControlPlane();
            await Start(ServiceTable.RabbitMq, hosts); // the slowest: everything else starts beside it
            await Start(ServiceTable.Redis, hosts);
        }
        files.Webs();
        files.Balancers();
        await Start(ServiceTable.Nginx, hosts);
        await Start(ServiceTable.Haproxy, hosts);
        await Start(ServiceTable.Keepalived, hosts);
        if (options.Mode != LabMode.Full) return;
        foreach (var server in Topology.RedisServers) await ServiceTable.Redis.Ready(hosts[server]);
        await hosts["arb1"].Must(ArbiterServer.As("quorum", "seed", "--config", ArbiterYaml.Path));
        await ServiceTable.RabbitMq.Ready(hosts["mq"]);
        await Start(ServiceTable.Arbiter, hosts);
        await Start(ServiceTable.Agent, hosts);
    }

    /// <summary>What the daemons said is all there is to find out why they did not start.</summary>
    private void KeepLogs()
    {
        if (!Directory.Exists(paths.Logs)) return;
        if (Directory.Exists(paths.FailedLogs)) Directory.Delete(paths.FailedLogs, recursive: true);
        Directory.Move(paths.Logs, paths.FailedLogs);
        say($"the logs are kept in {paths.FailedLogs}");
    }

    private async Task TearDown()
    {
        if (_store.Read()?.MachineLink is { } link && Directory.Exists("/sys/class/net/" + link)) await Shell.Run(["ip", "link", "del", link]);
        var records = Directory.Exists(paths.Hosts)
            ? Directory.EnumerateFiles(paths.Hosts, "*.pid").Select(PidRecord.Read).OfType<PidRecord>().Where(record => record.Alive).ToList()
            : [];
        // PID 1 takes everything in its host with it, and its parent ends by itself; only a parent that has none is hit directly
        foreach (var record in records) Libc.Kill(record.Child() ?? record.Pid, Libc.SigKill);
        await HostProcesses.Gone([.. records.Select(record => record.Pid)], HostEnd);
        foreach (var record in records.Where(record => record.Alive)) Libc.Kill(record.Pid, Libc.SigKill);
        if (!await HostProcesses.Gone([.. records.Select(record => record.Pid)], HostEnd)) throw new LabError("some hosts do not end: try lab down again");
        _store.Remove();
    }
}
