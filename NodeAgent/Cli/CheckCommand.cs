using System.CommandLine;
using System.Globalization;
using Contracts.Configuration;
using Contracts.Vocabulary;
using Contracts.Wire;
using NodeAgent.Configuration;
using NodeAgent.Linux;
using NodeAgent.Persistence;

namespace NodeAgent.Cli;

/// <summary>Everything that would keep the agent from doing its work, said at once and before it is needed.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var command = new Command("check", "check the configuration and the host, and print every problem") { config };
        command.SetAction(parsed => Check(parsed.GetValue(config)!, Console.Out, Console.Error));
        return command;
    }

    internal static int Check(string path, TextWriter output, TextWriter error)
    {
        if (Commands.Load(path, error, out var warnings) is not { } options) return Commands.Usage;
        if (!KeyRing.TryParse(options.Key, out _, out var errors))
        {
            foreach (var wrong in errors) error.WriteLine($"{path}: key: {wrong}");
            error.WriteLine($"{path}: the agent does not start with this key; take what 'arbiter key NODE' prints on an arbiter host");
        }
        var problems = Problems(options).Distinct().ToList();
        foreach (var problem in problems) error.WriteLine(problem);
        if (errors.Count > 0) return Commands.Usage;
        output.WriteLine(problems.Count == 0
            ? $"{path}: good; node {options.Node}, {options.Groups.Count} group(s), {options.Probes.Count} probe(s){(warnings == 0 ? "" : $"; {Counted.Text(0, warnings)}")}"
            : $"{path}: the file is good{(warnings == 0 ? "" : $" ({Counted.Text(0, warnings)})")}, the host has {Counted.Text(problems.Count, 0)}");
        return problems.Count == 0 ? Commands.Done : Commands.Failed;
    }

    private static IEnumerable<string> Problems(AgentOptions options)
    {
        foreach (var group in options.Groups)
        {
            if (group.DownFile is { } downFile)
                foreach (var problem in DownFileCheck.Problems(group, downFile)) yield return problem;
            foreach (var file in group.DownFile is null ? new[] { group.FenceFile, group.PriorityFile } : [])
            {
                var directory = Path.GetDirectoryName(file)!;
                if (!Directory.Exists(directory))
                    yield return $"groups.{group.Group}.steering: {directory} does not exist; keepalived then drops the tracker silently. Make it with tmpfiles.d before keepalived starts";
                else if (FileSystems.Of(directory) is { } kind && FileSystems.IsRemote(kind))
                    yield return $"groups.{group.Group}.steering: {directory} is on {kind}; steering files must be local (tmpfs)";
                else if (!File.Exists(file)) yield return $"groups.{group.Group}.steering: {file} does not exist; tmpfiles.d makes it with 0";
                else if (!Writable(directory) && !Writable(file))
                    yield return $"groups.{group.Group}.steering: {file} cannot be written by this user, nor a new file in its directory; both must belong to the agent's user";
            }
            if (!Directory.Exists($"/sys/class/net/{group.Interface}"))
                yield return $"groups.{group.Group}.interface: there is no interface {group.Interface}";
        }
        foreach (var problem in options.Probes.SelectMany(OfProbe).Concat(OfMetrics(options))) yield return problem;
        var obeyed = new ObeyedStore(options.StateDirectory).Peek();
        foreach (var group in options.Groups)
            if (obeyed?.GetValueOrDefault(group.Group)?.Policy.Service is { } service && ServiceAddress.Read(service, group.Vips).Problem is { Length: > 0 } wrong)
                yield return $"groups.{group.Group}.vips: the service {service} of the last order {wrong}; it is not asked. Let arbiter.yaml and agent.yaml name the same VIPs";
        if (options.Probes.Any(p => p.Ping.Count > 0) && !PingAllowed())
            yield return "net.ipv4.ping_group_range keeps this user from pinging; set it to \"0 2147483647\" (sysctl.d), or the ping probes stay unknown";
    }

    private static IEnumerable<string> OfProbe(ProbeOptions probe)
    {
        if (probe.Command is [var program, ..])
        {
            if (!File.Exists(program)) yield return $"probes.{probe.Name}.command: {program} {(Directory.Exists(program) ? "is a directory" : "does not exist, or this user may not see it")}";
            else if (Libc.Access(program, Libc.MayExecute) != 0) yield return $"probes.{probe.Name}.command: {program} may not be executed by this user: chmod +x, and check its directories and its mount (noexec)";
            else if (FileSystems.Of(Path.GetDirectoryName(program)!) is { } kind && FileSystems.IsRemote(kind))
                yield return $"probes.{probe.Name}.command: {program} is on {kind}: when that hangs, it cannot even be started; copy it to a local file system";
        }
        if (probe.HaproxySocket is { } socket)
            foreach (var problem in OfSocket($"probes.{probe.Name}.haproxySocket", socket)) yield return problem;
    }

    private static IEnumerable<string> OfMetrics(AgentOptions options)
    {
        if (options.Metrics.Listen.Count == 0) yield break;
        if (options.Metrics.Haproxy != HaproxyFamily.Off)
            foreach (var problem in OfSocket("metrics.haproxySocket", options.Metrics.HaproxySocket)) yield return problem;
        if (options.Keepalived.Dump == DumpSource.Helper && !File.Exists(options.Keepalived.HelperSocket))
            yield return $"keepalived.dump: {options.Keepalived.HelperSocket} is not there: systemctl enable --now arbiter-agent-helper.socket; until then keepalived's own counters are absent";
    }

    private static IEnumerable<string> OfSocket(string at, string socket)
    {
        if (!File.Exists(socket)) yield return $"{at}: {socket} is not there, or this user may not see it: haproxy must run with 'stats socket {socket} mode 660 group GROUP', and the agent's user must be in GROUP";
        else if (!Writable(socket)) yield return $"{at}: {socket} may not be opened by this user: give 'stats socket' a group of the agent and 'mode 660'";
    }

    private static bool Writable(string path) => Libc.Access(path, Libc.MayWrite) == 0;

    /// <summary>Whether one of the process's groups is inside the range (icmp(7)).</summary>
    private static bool PingAllowed()
    {
        try
        {
            var range = File.ReadAllText("/proc/sys/net/ipv4/ping_group_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var (low, high) = (long.Parse(range[0], CultureInfo.InvariantCulture), long.Parse(range[1], CultureInfo.InvariantCulture));
            foreach (var line in File.ReadLines("/proc/self/status"))
                if (line.StartsWith("Gid:", StringComparison.Ordinal) || line.StartsWith("Groups:", StringComparison.Ordinal))
                    foreach (var id in line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1))
                        if (long.TryParse(id, out var group) && group >= low && group <= high) return true;
            return false;
        }
        catch (Exception error) when (error is IOException or FormatException or IndexOutOfRangeException)
        {
            return true;
        }
    }
}
