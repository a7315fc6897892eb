using System.CommandLine;

namespace Lab.Commands;

/// <summary>Every command of the lab.</summary>
internal static class Table
{
    public static RootCommand Root() => new("The whole system on real daemons, each host in namespaces of its own, on this one machine.")
    {
        BuildingCommands.Up(), BuildingCommands.Down(), StandingCommands.Status(), StandingCommands.ExecHelp(), StandingCommands.Logs(),
        StandingCommands.Vip(), StandingCommands.WaitArmed(),
        ServiceCommands.Of("start", "Start a daemon that does not run.", ServiceCommands.Start),
        ServiceCommands.Of("stop", "Ask a daemon to end, as systemctl stop would.", ServiceCommands.Stop),
        ServiceCommands.Of("restart", "Stop and start a daemon.", ServiceCommands.Restart),
        ServiceCommands.Of("reload", "Reload haproxy: old and new overlap.", ServiceCommands.Reload),
        ServiceCommands.Of("kill", "SIGKILL a daemon. Agent and arbiter are started again by their supervisor after 1 s.", ServiceCommands.Kill),
        NetworkCommands.Cut(), NetworkCommands.Uncut(), NetworkCommands.Partition(),
        FaultCommands.Fault(), FaultCommands.Heal(), FaultCommands.Measure(),
    };
}
