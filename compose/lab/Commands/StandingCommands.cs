using System.CommandLine;
using Lab.Control;
using Lab.Hosts;
using Lab.Services;

namespace Lab.Commands;

/// <summary>Commands that look at a lab and change nothing.</summary>
internal static class StandingCommands
{
    private const int TailLines = 200;

    public static Task<int> Exec(string host, IReadOnlyList<string> command) =>
        Shell.PassThrough(Laboratory.Open(LabPaths.Find()).Host(host).Entered(command));

    /// <summary>Only for the help text: Program hands exec through before anything is parsed.</summary>
    public static Command ExecHelp()
    {
        var host = Arguments.Host();
        var words = new Argument<string[]>("CMD") { Description = "The program and its arguments.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("exec", "Run a program in a host and return its exit code.") { host, words };
        command.SetAction(parsed => Exec(parsed.GetRequiredValue(host), parsed.GetRequiredValue(words)));
        return command;
    }

    public static Command Status()
    {
        var command = new Command("status", "Hosts, daemons, who holds the VIP, and whether everything is armed.");
        command.SetAction(async _ =>
        {
            var lab = Laboratory.Open(LabPaths.Find());
            var owners = lab.VipOwners;
            var services = lab.Expected().ToLookup(pair => pair.Host.Name, pair => pair.Service);
            foreach (var host in lab.Hosts)
            {
                var states = services[host.Name].Select(service => service.Name + (service.IsRunning(host) ? "" : " DEAD"));
                Console.WriteLine($"{host.Name,-8} {host.Address,-14} {string.Join(", ", states)}{(owners.Contains(host.Name) ? "  holds " + Topology.Vip : "")}");
            }
            using var armed = new Armed(lab);
            Console.WriteLine(await armed.Missing() is { } missing ? "not armed: " + missing : "armed");
            return 0;
        });
        return command;
    }

    public static Command Vip()
    {
        var command = new Command("vip", "Print the balancers that have the VIP on their interface, one a line. Exit code 1 unless it is exactly one.");
        command.SetAction(_ =>
        {
            var owners = Laboratory.Open(LabPaths.Find()).VipOwners;
            foreach (var owner in owners) Console.WriteLine(owner);
            return owners.Count == 1 ? 0 : LabError.Failed;
        });
        return command;
    }

    public static Command WaitArmed()
    {
        var timeout = new Option<int>("--timeout") { Description = "Seconds to wait.", DefaultValueFactory = _ => 60 };
        var command = new Command("wait-armed", "Wait until one balancer holds the VIP, the other is ready to take it, and everything runs; print the holder.") { timeout };
        command.SetAction(async (parsed, stopping) =>
        {
            using var armed = new Armed(Laboratory.Open(LabPaths.Find()));
            Console.WriteLine(await armed.Wait(TimeSpan.FromSeconds(parsed.GetValue(timeout)), stopping));
            return 0;
        });
        return command;
    }

    public static Command Logs()
    {
        var host = Arguments.Host();
        var name = new Argument<string?>("NAME") { Description = "One log only: " + string.Join(", ", ServiceTable.All.Select(s => s.Name)) + ", init.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("logs", $"Print the last {TailLines} lines of each log of a host.") { host, name };
        command.SetAction(parsed =>
        {
            var paths = LabPaths.Find();
            var folder = paths.LogFolder(Laboratory.Open(paths).Host(parsed.GetRequiredValue(host)).Name);
            var wanted = parsed.GetValue(name);
            foreach (var file in Directory.EnumerateFiles(folder, "*.log", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var log = Path.GetFileNameWithoutExtension(file);
                if (wanted is not null && log != wanted) continue;
                if (wanted is null) Console.WriteLine($"==> {log} <==");
                foreach (var line in File.ReadLines(file).TakeLast(TailLines)) Console.WriteLine(line);
            }
            return 0;
        });
        return command;
    }
}

internal static class Arguments
{
    public static Argument<string> Host() => new("HOST") { Description = "gw mq redis1 redis2 redis3 arb1 arb2 witness web1 web2 lb1 lb2 client" };
}
