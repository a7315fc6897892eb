using System.Runtime.InteropServices;

namespace NodeAgent.Linux;

internal enum Watched
{
    /// <summary>The exit will be told.</summary>
    Yes,
    /// <summary>No such process any more; nothing will be told.</summary>
    Gone,
    /// <summary>No descriptor to be had (limit reached); nothing will be told, the caller's own polling has to do.</summary>
    Refused,
}

/// <summary>
/// Tells of process exits within a fraction of a millisecond: one thread for all, waiting in poll(2) on pidfds. Needs no privilege and works
/// for processes of other users. A callback runs on that thread, must be short and must not throw; it comes once per watch.
/// </summary>
internal sealed unsafe class PidfdWatcher : IDisposable
{
    /// <summary>At most this many processes at once; more are <see cref="Watched.Refused"/>.</summary>
    public const int Limit = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Action> _exited = [];
    private readonly WakeSignal _wake = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    public PidfdWatcher()
    {
        _thread = new Thread(Loop) { Name = "pidfd", IsBackground = true };
        _thread.Start();
    }

    public Watched Watch(int pid, Action exited)
    {
        lock (_gate)
        {
            if (_exited.Count >= Limit || _stopping) return Watched.Refused;
            var fd = Libc.OpenPidFd(pid);
            if (fd < 0) return Marshal.GetLastPInvokeError() == Libc.NoProcess ? Watched.Gone : Watched.Refused;
            _exited.Add(fd, exited);
        }
        _wake.Set();
        return Watched.Yes;
    }

    private void Loop()
    {
        var fds = new Libc.PollFd[1 + Limit];
        while (!_stopping)
        {
            var count = Fill(fds);
            fixed (Libc.PollFd* p = fds)
                if (Libc.Poll(p, (nuint)count, -1) <= 0) continue;
            if (fds[0].Revents != 0) _wake.Clear();
            for (var i = 1; i < count && !_stopping; i++)
                if (fds[i].Revents != 0) Exited(fds[i].Fd);
        }
    }

    private int Fill(Libc.PollFd[] fds)
    {
        fds[0] = new Libc.PollFd { Fd = _wake.Fd, Events = Libc.PollIn };
        var count = 1;
        lock (_gate)
            foreach (var fd in _exited.Keys)
                fds[count++] = new Libc.PollFd { Fd = fd, Events = Libc.PollIn };
        return count;
    }

    private void Exited(int fd)
    {
        Action? exited;
        lock (_gate)
        {
            if (!_exited.Remove(fd, out exited)) return;
            _ = Libc.Close(fd);
        }
        exited();
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _wake.Set();
        if (Thread.CurrentThread != _thread) _thread.Join();
        lock (_gate)
        {
            foreach (var fd in _exited.Keys) _ = Libc.Close(fd);
            _exited.Clear();
        }
        _wake.Dispose();
    }
}
