using System.Diagnostics;
using System.Globalization;
using Lab.Native;

namespace Lab.Hosts;

/// <summary>
/// The processes of a host, found by their PID namespace and signalled from outside: no program has to be started first,
/// so a fault happens within microseconds of being asked for, and no process of another host can be hit.
/// </summary>
internal static class HostProcesses
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>Pids (of the machine) whose name is <paramref name="name"/>, oldest first; null = all but PID 1.</summary>
    public static IReadOnlyList<int> Find(Host host, string? name)
    {
        var space = Link(host.Init);
        if (space is null) return [];
        List<int> found = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            if (pid == host.Init || Link(pid) != space || !IsNamed(pid, name)) continue;
            if (PidRecord.StartTimeOf(pid) is not null) found.Add(pid);
        }
        found.Sort();
        return found;
    }

    public static bool Any(Host host, string name) => Find(host, name).Count > 0;

    /// <summary>Sends a signal to each and returns how many got it.</summary>
    public static int Signal(IEnumerable<int> pids, int signal) => pids.Count(pid => Libc.Kill(pid, signal) == 0);

    /// <summary>Whether all were gone before the time was up.</summary>
    public static async Task<bool> Gone(IReadOnlyCollection<int> pids, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (pids.Any(pid => PidRecord.StartTimeOf(pid) is not null))
        {
            if (clock.Elapsed > within) return false;
            await Task.Delay(PollEvery);
        }
        return true;
    }

    private static string? Link(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/ns/pid", returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsNamed(int pid, string? name)
    {
        if (name is null) return true;
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n') == name;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
