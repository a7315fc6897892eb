using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// Whether each group's keepalived lives: the pid file names its parent process, which is watched by pidfd and looked at each second.
/// Without a readable pid file any live process called keepalived counts. In doubt keepalived counts as alive: taking a live one for dead
/// would give the VIP away, taking a dead one for alive costs until the other witnesses (FIFO, VRRP peer) speak.
/// </summary>
internal sealed class KeepalivedWatch
{
    public const string Comm = "keepalived";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private sealed class PidFileOf(GroupName group, string pidFile)
    {
        public GroupName Group => group;
        public string Path => pidFile;
        public bool? Told { get; set; }
    }

    private readonly PidFileOf[] _groups;
    private readonly ProcessClock _clock;
    private readonly ChannelWriter<Input> _inputs;
    private readonly PidfdWatcher _watcher;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _watched = [];
    private bool _running;

    public KeepalivedWatch(IEnumerable<AgentGroupOptions> groups, ProcessClock clock, ChannelWriter<Input> inputs, PidfdWatcher watcher, TimeProvider? time = null)
    {
        _groups = [.. groups.Select(group => new PidFileOf(group.Group, group.KeepalivedPidFile))];
        _clock = clock;
        _inputs = inputs;
        _watcher = watcher;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Looks once. Changes after that are posted while <see cref="Run"/> runs.</summary>
    public IReadOnlyDictionary<GroupName, bool> Look()
    {
        lock (_gate)
        {
            foreach (var group in _groups) group.Told = IsAlive(group.Path);
            return _groups.ToDictionary(group => group.Group, group => group.Told == true);
        }
    }

    /// <summary>Posts each change until <paramref name="stopping"/>; without a <see cref="Look"/> before, the first state too.</summary>
    public async Task Run(CancellationToken stopping)
    {
        lock (_gate) _running = true;
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do Check();
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            lock (_gate) _running = false;
        }
    }

    private void Check()
    {
        lock (_gate)
        {
            if (!_running) return;
            string? file = null;
            var alive = false;
            foreach (var group in _groups)
            {
                if (group.Path != file) alive = IsAlive(file = group.Path);
                // with the inbox full it stays untold, and the next second tries again
                if (group.Told != alive && _inputs.TryWrite(new Input.KeepalivedAlive(_clock.Now, group.Group, alive))) group.Told = alive;
            }
        }
    }

    private bool IsAlive(string pidFile)
    {
        if (ReadPid(pidFile) is { } pid) return Follow(pid, ProcessTable.Is(pid, Comm));
        var found = new List<int>();
        var sight = ProcessTable.Find(Comm, found);
        foreach (var one in found) Follow(one, true);
        return found.Count > 0 || sight != Sight.Full;
    }

    /// <summary>A pid that exists and is not seen to be something else is keepalived (with hidepid its name cannot be read).</summary>
    private bool Follow(int pid, bool? isKeepalived)
    {
        if (isKeepalived == false) return false;
        if (_watched.Contains(pid)) return true;
        var watched = _watcher.Watch(pid, () => Exited(pid));
        if (watched == Watched.Yes) _watched.Add(pid);
        return watched == Watched.Yes || (watched == Watched.Refused && isKeepalived == true);
    }

    private void Exited(int pid)
    {
        lock (_gate) _watched.Remove(pid);
        Check();
    }

    /// <summary>null: no file, not readable, or no number in it.</summary>
    private static int? ReadPid(string path)
    {
        var pid = SteeringFiles.Read(path);
        return pid > 1 ? pid : null;
    }
}
