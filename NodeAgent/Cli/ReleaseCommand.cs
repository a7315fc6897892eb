using System.CommandLine;
using System.Threading.Channels;
using Contracts.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using NodeAgent.Linux;

namespace NodeAgent.Cli;

/// <summary>
/// <c>ExecStopPost</c>: runs when the agent has ended, however it ended, and leaves a plain VRRP pair behind. Moves nothing: while the node
/// is MASTER its priority stays as it is, and a down file stays as it is everywhere.
/// </summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var command = new Command("release", "leave a plain VRRP pair behind (run by systemd after the agent has ended)") { config };
        command.SetAction(parsed => Release(parsed.GetValue(config)!));
        return command;
    }

    private static int Release(string path)
    {
        if (Commands.Load(path) is not { } options) return Commands.Usage;
        var failed = false;
        using var files = new SteeringFiles();
        var (alive, present) = Look(options);
        foreach (var group in options.Groups)
        {
            var master = present.GetValueOrDefault(group.Group) && alive.GetValueOrDefault(group.Group);
            if (group.DownFile is { } downFile)
            {
                // left as it is: a missing file may take the VIP back, and one that is there leaves the node electable
                Console.WriteLine($"{group.Group}: {(master ? "MASTER" : "not MASTER")}, the down file {(File.Exists(downFile) ? "is there" : "is not there")} and stays so");
                continue;
            }
            var (fence, priority) = (SteeringFiles.Read(group.FenceFile), SteeringFiles.Read(group.PriorityFile));
            foreach (var write in Core.Release.Decide(group, master, fence, priority).Cast<Effect.Write>())
            {
                var error = files.Write(write.File == SteeringFile.Fence ? group.FenceFile : group.PriorityFile, write.Value);
                if (error is not null) Console.Error.WriteLine($"{group.Group}: {error}");
                failed |= error is not null;
            }
            Console.WriteLine($"{group.Group}: {(master ? "MASTER" : "not MASTER")}, fence {SteeringFiles.Read(group.FenceFile)}, priority file {SteeringFiles.Read(group.PriorityFile)}");
        }
        return failed ? Commands.Failed : Commands.Done;
    }

    public static (IReadOnlyDictionary<Contracts.Vocabulary.GroupName, bool> Alive, IReadOnlyDictionary<Contracts.Vocabulary.GroupName, bool> Present) Look(AgentOptions options)
    {
        var nowhere = Channel.CreateBounded<Input>(1).Writer;
        var clock = new ProcessClock(TimeProvider.System);
        using var watcher = new PidfdWatcher();
        using var addresses = new AddressWatch(options.Groups, clock, nowhere, NullLogger.Instance);
        return (new KeepalivedWatch(options.Groups, clock, nowhere, watcher).Look(), addresses.Open());
    }
}
