using System.CommandLine;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Persistence;

namespace NodeAgent.Cli;

/// <summary>What stands on this host now, read from files and kernel: works with the agent running or not.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var command = new Command("status", "show what stands on this host: VIP, keepalived, steering files, what was obeyed last, and what is probed") { config };
        command.SetAction(parsed => Show(parsed.GetValue(config)!));
        return command;
    }

    private static string Service(string? address, AgentGroupOptions group, bool present)
    {
        if (address is null) return "none named by an order";
        if (ServiceAddress.Read(address, group.Vips).Problem is { Length: > 0 } problem) return $"{address} is not asked: it {problem}";
        return present ? $"{address}, asked by the other nodes" : $"{address}, asked each second ('arbiter-agent probe' asks now)";
    }

    private static int Show(string path)
    {
        if (Commands.Load(path) is not { } options) return Commands.Usage;
        var (alive, present) = ReleaseCommand.Look(options);
        var (obeyed, reason) = new ObeyedStore(options.StateDirectory).Load();
        foreach (var group in options.Groups)
        {
            Console.WriteLine($"{group.Group} ({group.Instance} on {group.Interface})");
            Console.WriteLine($"  VIP         {(present.GetValueOrDefault(group.Group) ? "on the interface" : "not here")}");
            Console.WriteLine($"  keepalived  {(alive.GetValueOrDefault(group.Group) ? "runs" : "does not run")}");
            foreach (var line in group.DownFile is { } downFile ? ByDownFile(group, downFile) : ByTrackFiles(group)) Console.WriteLine(line);
            Console.WriteLine(obeyed?.GetValueOrDefault(group.Group) is { } last
                ? $"  obeyed      {last.Role.ToString().ToLowerInvariant()} by epoch {last.Generation}/{last.Epoch}, term {last.Term}"
                : $"  obeyed      nothing yet{(reason.Length > 0 ? $" ({reason})" : "")}");
            Console.WriteLine($"  service     {Service(obeyed?.GetValueOrDefault(group.Group)?.Policy.Service, group, present.GetValueOrDefault(group.Group))}");
            foreach (var probe in options.Probes.Where(p => group.Probes.Contains(p.Name) || group.IsolationProbes.Contains(p.Name)))
                Console.WriteLine($"  probe       {probe.Name}: {probe.Kind} {probe.Target} ({probe.Class.ToString().ToLowerInvariant()}{(group.Probes.Contains(probe.Name) ? "" : ", for isolation only")})");
        }
        return Commands.Done;
    }

    private static IEnumerable<string> ByTrackFiles(AgentGroupOptions group)
    {
        var (fence, priority) = (SteeringFiles.Read(group.FenceFile), SteeringFiles.Read(group.PriorityFile));
        foreach (var file in new[] { group.FenceFile, group.PriorityFile })
            if (!File.Exists(file)) yield return $"  MISSING     {file}: counts as 0 here; keepalived may not track it any more ('arbiter-agent check' says what to do)";
        yield return $"  fence       {(fence == 0 ? "off" : "ON: this node takes no VIP")}";
        yield return $"  priority    {Priorities.Effective(group, priority)} = base {group.Base} + file {priority}: {Priorities.RoleOf(group, priority).ToString().ToLowerInvariant()}";
    }

    private static IEnumerable<string> ByDownFile(AgentGroupOptions group, string path)
    {
        var present = File.Exists(path);
        yield return $"  down file   {path} {(present ? "is there: this node is not wanted" : "is not there")}";
        yield return Priorities.ByDownFile(group, present) is { } priority
            ? $"  priority    {priority}, once the script has seen it"
            : $"  priority    base {group.Base} and the weight of the script, which agent.yaml does not name";
    }
}
