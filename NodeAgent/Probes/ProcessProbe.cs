using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Probes;

/// <summary>
/// Is there a process of that name? Each one found is watched by pidfd; an exit starts a re-scan at once, on the watcher's own thread.
/// Bad only when no process matches and, where a place to listen at is configured, nothing listens there: a reload, where old and new
/// overlap, is good throughout; a stop-and-start is not. A process that hangs is good here: only asking it (http) can tell.
/// </summary>
internal sealed class ProcessProbe : IProbe
{
    /// <summary>Exits that may start a scan between two regular samples; a crash loop must not become a scan loop.</summary>
    private const int ExitScans = 20;

    private readonly ProbeOptions _options;
    private readonly string _comm;
    private readonly ListenPlace? _listen;
    private readonly SampleSink _sink;
    private readonly PidfdWatcher _watcher;
    private readonly ProbeSchedule _schedule;
    private readonly Lock _gate = new();
    private readonly List<int> _found = [];
    private readonly HashSet<int> _watched = [];
    private int _exitScans;
    private volatile bool _stopped;

    /// <exception cref="FormatException">The place to listen at cannot be read.</exception>
    public ProcessProbe(ProbeOptions options, ProcessClock clock, ChannelWriter<Input> inputs, PidfdWatcher watcher, TimeProvider time)
    {
        _options = options;
        _comm = options.Process!;
        _listen = options.Listen is null ? null : ListenPlace.Parse(options.Listen);
        _sink = new SampleSink(options.Name, clock, inputs);
        _watcher = watcher;
        _schedule = new ProbeSchedule(time, options.Interval);
    }

    public string Name => _options.Name;

    public void Repeat() => _schedule.Repeat();

    public async Task Run(CancellationToken stopping)
    {
        await _schedule.Run(Regular, stopping).ConfigureAwait(false);
        _stopped = true;
    }

    private ValueTask Regular(CancellationToken stopping)
    {
        lock (_gate)
        {
            _exitScans = 0;
            Sample();
        }
        return ValueTask.CompletedTask;
    }

    private void Exited(int pid)
    {
        lock (_gate)
        {
            _watched.Remove(pid);
            if (_stopped || ++_exitScans > ExitScans) return;
            Sample();
        }
    }

    private void Sample()
    {
        var taken = _sink.Now;
        _found.Clear();
        var sight = ProcessTable.Find(_comm, _found);
        bool? listens = _listen is { } place && _found.Count == 0 ? Listeners.At(place) : false;
        var (result, reason) = Judge(sight, _found.Count, listens);
        var took = _sink.Now - taken;
        if (took > _options.Deadline)
            (result, reason) = (SampleResult.Unknown, $"the scan of /proc took {took.TotalMilliseconds:F0} ms, longer than {_options.Deadline.TotalMilliseconds:F0} ms");
        _sink.Post(_comm, taken, result, reason);
        WatchFound();
    }

    private (SampleResult Result, string Reason) Judge(Sight sight, int count, bool? listens) => (count, sight, listens) switch
    {
        ( > 0, _, _) => (SampleResult.Good, count == 1 ? "1 process" : $"{count} processes"),
        (_, _, true) => (SampleResult.Good, $"no process {_comm}, but something listens at {_options.Listen}"),
        (_, Sight.Failed, _) => (SampleResult.Unknown, "/proc cannot be read"),
        (_, Sight.Hidden, _) => (SampleResult.Unknown, "/proc hides other users' processes (hidepid): mount it with gid= of a group the agent is in"),
        (_, _, null) => (SampleResult.Unknown, $"no process {_comm}, and /proc/net/tcp cannot be read"),
        _ => (SampleResult.Bad, _listen is null ? $"no process {_comm}" : $"no process {_comm}, nothing listens at {_options.Listen}"),
    };

    /// <summary>A process that ended between scan and watch is caught by scanning once more; without a descriptor the interval has to do.</summary>
    private void WatchFound()
    {
        foreach (var pid in _found)
        {
            if (!_watched.Add(pid)) continue;
            var watched = _watcher.Watch(pid, () => Exited(pid));
            if (watched == Watched.Yes) continue;
            _watched.Remove(pid);
            if (watched == Watched.Gone) _schedule.Repeat();
        }
    }
}
