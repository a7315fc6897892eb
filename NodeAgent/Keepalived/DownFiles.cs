using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Keepalived;

/// <summary>
/// The down files of all groups, each behind a thread of its own: the classic place for one is a mounted directory, and a file system that
/// hangs must stop neither the agent's loop nor the other groups. What the loop wants is taken over at once; what became of it comes
/// back as an input, as does each second's look at the file. Only the newest wish counts, so nothing piles up behind a file that hangs.
/// </summary>
internal sealed class DownFiles : IDisposable
{
    private readonly Dictionary<GroupName, DownFile> _files = [];

    public DownFiles(IEnumerable<AgentGroupOptions> groups, ProcessClock clock, ChannelWriter<Input> inputs)
    {
        foreach (var group in groups)
            if (group.DownFile is { } path) _files[group.Group] = new DownFile(group.Group, path, clock, inputs);
    }

    /// <summary>Whether the file is there now; null when this group has none, or it cannot be seen within 2 s.</summary>
    public bool? Look(GroupName group) => _files.TryGetValue(group, out var file) ? file.Look() : null;

    public void Want(GroupName group, bool present)
    {
        if (_files.TryGetValue(group, out var file)) file.Want(present);
    }

    /// <summary>Why a file cannot be steered now although nothing failed: its file system does not answer. null when all is well.</summary>
    public string? Stuck(GroupName group, TimeSpan now) => _files.TryGetValue(group, out var file) ? file.Stuck(now) : null;

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }
}

internal sealed class DownFile : IDisposable
{
    private const int LookEveryMs = 1000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly GroupName _group;
    private readonly string _path;
    private readonly ProcessClock _clock;
    private readonly ChannelWriter<Input> _inputs;
    // waited on with a time limit, which the newer Lock cannot
    private readonly object _gate = new();
    private readonly Thread _thread;
    private bool? _want;
    private TimeSpan? _busySince;
    private bool _looked;
    private bool? _seen;
    private bool _stopping;

    public DownFile(GroupName group, string path, ProcessClock clock, ChannelWriter<Input> inputs)
    {
        (_group, _path, _clock, _inputs) = (group, path, clock, inputs);
        _thread = new Thread(Loop) { Name = "down-file", IsBackground = true };
        _thread.Start();
    }

    public bool? Look()
    {
        lock (_gate)
        {
            var until = _clock.Now + s_patience;
            while (!_looked && until > _clock.Now) Monitor.Wait(_gate, until - _clock.Now + TimeSpan.FromMilliseconds(1));
            return _seen;
        }
    }

    public void Want(bool present)
    {
        lock (_gate)
        {
            _want = present;
            Monitor.PulseAll(_gate);
        }
    }

    public string? Stuck(TimeSpan now)
    {
        lock (_gate)
            return _busySince is { } since && now - since > s_patience
                ? $"{_path} does not answer: is it on a network file system that is gone? A down file must be on a local one"
                : null;
    }

    private void Loop()
    {
        while (true)
        {
            bool? want;
            lock (_gate)
            {
                if (_looked && _want is null && !_stopping) Monitor.Wait(_gate, LookEveryMs);
                if (_stopping) return;
                (want, _want, _busySince) = (_want, null, _clock.Now);
            }
            var error = want switch { true => DownFileAccess.Make(_path), false => DownFileAccess.Remove(_path), null => null };
            var seen = DownFileAccess.See(_path, out var blind);
            lock (_gate)
            {
                var first = !_looked;
                (_seen, _looked, _busySince) = (seen, true, null);
                Monitor.PulseAll(_gate);
                // with the inbox full the next second says it again
                if ((error ?? blind) is { } failure) _inputs.TryWrite(new Input.WriteFailed(_clock.Now, _group, SteeringFile.Down, failure));
                else if (!first && _want is null && seen is { } present) _inputs.TryWrite(new Input.DownFileRead(_clock.Now, _group, present));
            }
        }
    }

    /// <summary>A thread that hangs in the kernel is left behind: the process ends without it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        _thread.Join(TimeSpan.FromMilliseconds(500));
    }
}
