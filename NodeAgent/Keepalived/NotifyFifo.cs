using System.Runtime.InteropServices;
using System.Threading.Channels;
using Contracts.Hosting;
using Microsoft.Extensions.Logging;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// The one reader of a notify FIFO (vrrp_notify_fifo), shared by all groups that name it. keepalived holds the pipe open, so up to 64 KB of old
/// lines may wait: <see cref="DrainHistory"/> takes them first, then <see cref="Start"/> posts each new line as
/// <see cref="Input.KeepalivedSaid"/>. Opened for reading and writing, so that it never ends when keepalived does. The path is looked at each
/// second: a keepalived that made the FIFO itself removes it when it stops, and then the new one is opened.
/// </summary>
internal sealed unsafe class NotifyFifo(string path, ProcessClock clock, ChannelWriter<Input> inputs, ILogger logger) : IDisposable
{
    private const int CheckMs = 1000;
    private const int HistoryLimit = 1 << 20;

    private readonly NotifyLines _lines = new();
    private readonly List<NotifyLine> _read = [];
    private readonly WakeSignal _wake = new();
    private readonly CancellationTokenSource _stopping = new();
    private Thread? _thread;
    private int _fd = -1;
    private string? _failure;

    public string Path => path;

    /// <summary>One reader per path that the groups name.</summary>
    public static IReadOnlyList<NotifyFifo> ForGroups(
        IEnumerable<AgentGroupOptions> groups, ProcessClock clock, ChannelWriter<Input> inputs, ILogger logger) =>
        [.. groups.Select(group => group.NotifyFifo).OfType<string>().Distinct().Select(path => new NotifyFifo(path, clock, inputs, logger))];

    /// <summary>Opens the FIFO, and makes it (mode 0600) if there is none. A failure is tried again each second after <see cref="Start"/>.</summary>
    /// <returns>null when open; else what failed and what to do.</returns>
    public string? Open()
    {
        if (_fd >= 0) return null;
        if (Libc.MakeFifo(path, 0x180) != 0 && Marshal.GetLastPInvokeError() != Libc.Exists)
            return $"{path}: {Libc.LastError()}; the agent must be able to make the notify FIFO before keepalived starts";
        if (Libc.Identify(path) is { IsFifo: false })
            return $"{path}: is no FIFO; remove it, and let the agent make it before keepalived starts";
        _fd = Libc.Open(path, Libc.ReadWrite | Libc.NonBlock | Libc.CloseOnExec);
        return _fd >= 0 ? null
            : $"{path}: {Libc.LastError()}; a FIFO that keepalived made belongs to root: let the agent (or tmpfiles.d) make it before keepalived starts";
    }

    /// <summary>Takes what already waits in the pipe and tells the last of it, by instance. Call once, between Open and Start.</summary>
    public IReadOnlyDictionary<string, LastSaid> DrainHistory()
    {
        var last = new Dictionary<string, LastSaid>();
        for (var total = 0; total < HistoryLimit && ReadSome() is var got && got > 0; total += got)
            foreach (var line in _read) last[line.Instance] = last.GetValueOrDefault(line.Instance).After(line);
        return last;
    }

    /// <summary>Starts to post new lines, from a thread of its own.</summary>
    public void Start()
    {
        _thread = new Thread(Loop) { Name = "notify-fifo", IsBackground = true };
        _thread.Start();
    }

    private void Loop()
    {
        var fds = stackalloc Libc.PollFd[2];
        while (!_stopping.IsCancellationRequested)
        {
            fds[0] = new Libc.PollFd { Fd = _wake.Fd, Events = Libc.PollIn };
            fds[1] = new Libc.PollFd { Fd = _fd, Events = Libc.PollIn };
            var ready = Libc.Poll(fds, 2, CheckMs);
            if (ready > 0 && fds[1].Revents != 0)
                while (ReadSome() > 0 && Post()) { }
            else if (ready == 0) Check();
        }
    }

    /// <summary>Reads at most 4 KB; the lines it completes are in _read. 0 or less: nothing waits.</summary>
    private int ReadSome()
    {
        _read.Clear();
        if (_fd < 0) return 0;
        var buffer = stackalloc byte[4096];
        var got = (int)Libc.Read(_fd, buffer, 4096);
        if (got <= 0) return got;
        var before = (_lines.Malformed, _lines.UnknownStates);
        _lines.Feed(new ReadOnlySpan<byte>(buffer, got), _read);
        // said once per kind: a writer of garbage must not fill the log
        if (before.Malformed == 0 && _lines.Malformed > 0) NotifyFifoLog.Malformed(logger, path);
        if (before.UnknownStates == 0 && _lines.UnknownStates > 0) NotifyFifoLog.UnknownState(logger, path);
        return got;
    }

    /// <summary>No line is lost here: with the inbox full this thread waits, and the pipe holds 64 KB meanwhile.</summary>
    private bool Post()
    {
        foreach (var line in _read)
        {
            var input = new Input.KeepalivedSaid(clock.Now, line.Instance, line.State, line.Priority);
            if (inputs.TryWrite(input)) continue;
            try
            {
                inputs.WriteAsync(input, _stopping.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
            {
                return false;
            }
        }
        return !_stopping.IsCancellationRequested;
    }

    /// <summary>Opens anew when the path is another file than the one that is open.</summary>
    private void Check()
    {
        if (_fd >= 0)
        {
            if (Libc.Identify(path) == Libc.Identify(_fd)) return;
            _ = Libc.Close(_fd);
            _fd = -1;
            NotifyFifoLog.Replaced(logger, path);
        }
        var failure = Open();
        if (failure is not null && failure != _failure) NotifyFifoLog.Failed(logger, failure);
        _failure = failure;
    }

    public void Dispose()
    {
        if (_stopping.IsCancellationRequested) return;
        _stopping.Cancel();
        _wake.Set();
        _thread?.Join();
        if (_fd >= 0) _ = Libc.Close(_fd);
        _wake.Dispose();
        _stopping.Dispose();
    }
}
