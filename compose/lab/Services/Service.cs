using Lab.Hosts;
using Lab.Native;

namespace Lab.Services;

/// <summary>One daemon that a host can run.</summary>
internal abstract class Service(string name, string process, params string[] hosts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public string Name { get; } = name;
    public IReadOnlyList<string> Hosts { get; } = hosts;
    /// <summary>The name of its processes, as the kernel shows it.</summary>
    public string Process { get; } = process;

    public abstract Task Start(Host host);

    public virtual bool IsRunning(Host host) => HostProcesses.Any(host, Process);

    /// <summary>Whether it serves, for those whose process stands before they do.</summary>
    public virtual Task Ready(Host host) => Task.CompletedTask;

    /// <summary>Asks it to end and waits for it.</summary>
    /// <exception cref="LabError">It did not end.</exception>
    public virtual async Task Stop(Host host)
    {
        var pids = HostProcesses.Find(host, Process);
        HostProcesses.Signal(pids.Take(1), Libc.SigTerm);
        await Ended(host, pids);
    }

    /// <summary>What a SIGKILL out of nowhere hits. A supervised program comes back by itself.</summary>
    public virtual IReadOnlyList<int> Victims(Host host) => HostProcesses.Find(host, Process);

    /// <summary>What must be killed so that it stays away until it is started again.</summary>
    public virtual IReadOnlyList<int> VictimsForGood(Host host) => Victims(host);

    protected async Task Ended(Host host, IReadOnlyCollection<int> pids)
    {
        if (!await HostProcesses.Gone(pids, Patience)) throw new LabError($"{host.Name}: {Name} did not end within {Patience.TotalSeconds} s");
    }
}
