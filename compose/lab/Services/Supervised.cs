using Lab.Configuration;
using Lab.Hosts;
using Lab.Native;

namespace Lab.Services;

/// <summary>A program of this project, kept running as its systemd unit would keep it.</summary>
internal abstract class Supervised(string name, string process, params string[] hosts) : Service(name, process, hosts)
{
    private const string Supervisor = "supervise";

    protected abstract IReadOnlyList<string> Command { get; }
    protected virtual string? StopPost => null;

    public override bool IsRunning(Host host) => HostProcesses.Any(host, Supervisor);

    public override Task Start(Host host)
    {
        IReadOnlyList<string> post = StopPost is null ? [] : ["--stop-post", StopPost];
        return host.Spawn(Name, ["/run/lab/supervise", .. post, "--", .. Command]);
    }

    public override async Task Stop(Host host)
    {
        var all = VictimsForGood(host);
        HostProcesses.Signal(HostProcesses.Find(host, Supervisor).Take(1), Libc.SigTerm);
        await Ended(host, all);
    }

    public override IReadOnlyList<int> VictimsForGood(Host host) => [.. HostProcesses.Find(host, Supervisor), .. Victims(host)];
}

internal sealed class Agent() : Supervised("agent", "arbiter-agent", "lb1", "lb2")
{
    /// <summary>The user that owns the steering files; it needs no name.</summary>
    public const uint User = 64123;
    public const string Program = "/run/lab-bin/agent/arbiter-agent";

    private static string Unprivileged => $"setpriv --reuid {User} --regid {User} --clear-groups --no-new-privs {Program}";

    protected override IReadOnlyList<string> Command => [.. Unprivileged.Split(' '), "run", "--config", AgentYaml.Path];
    protected override string StopPost => $"{Unprivileged} release --config {AgentYaml.Path}";
}

internal sealed class ArbiterServer() : Supervised("arbiter", "arbiter", "arb1", "arb2")
{
    public const uint User = 64124;
    public const string Program = "/run/lab-bin/arbiter/arbiter";

    public static IReadOnlyList<string> As(params string[] arguments) =>
        ["setpriv", "--reuid", $"{User}", "--regid", $"{User}", "--clear-groups", "--no-new-privs", Program, .. arguments];

    protected override IReadOnlyList<string> Command => As("serve", "--config", ArbiterYaml.Path);
}
