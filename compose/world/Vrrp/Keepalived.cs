using System.Collections.Immutable;
using World.Time;
using World.Vrrp.Instance;

namespace World.Vrrp;

/// <summary>
/// keepalived 2.2.7 on one host: the parent, and the VRRP process it starts. One instance of this class is one installation; it can be
/// started, ended and killed any number of times. Everything it does happens on <paramref name="time"/>; nothing here is thread-safe.
/// </summary>
public sealed partial class Keepalived(KeepalivedOptions options, Timeline time, IVrrpHost host)
{
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);
    private const int LongestRespawn = 60;

    private readonly ImmutableArray<Slot> _slots = [.. options.Instances.Select(o => new Slot(new VrrpInstance(o)))];
    private readonly KeepalivedLatency _latency = options.Latency;
    private Phase _phase;
    private bool _link = true;
    private TimeSpan _childSince;
    private int _respawnSeconds;

    private enum Phase { Off, Starting, Running, Stopping }

    private sealed class Slot(VrrpInstance instance)
    {
        public VrrpInstance Instance { get; } = instance;
        public VrrpState State { get; set; } = instance.Nothing;
    }

    /// <summary>Whether the parent process exists, frozen or not.</summary>
    public bool Alive => _phase != Phase.Off;

    /// <summary>SIGTERM is on its way or was obeyed, and the process still exists. Another does not start beside it.</summary>
    public bool Ending => _phase == Phase.Stopping || Waits(Item.Terminate);

    public bool Frozen { get; private set; }

    /// <summary>How many adverts the kernel threw away because nobody read the socket.</summary>
    public long Lost { get; private set; }

    /// <summary>
    /// Starts it: files are initialised and read and left-over addresses removed a few milliseconds later. Does nothing while it is alive,
    /// the second after <see cref="Stop"/> included ("daemon is already running").
    /// </summary>
    public void Start()
    {
        if (Alive) return;
        _respawnSeconds = 0;
        BeginChild(_latency.Start);
    }

    /// <summary>SIGTERM: addresses are given up at once, with one advert of priority 0; the process itself ends a second later.</summary>
    public void Stop()
    {
        if (Alive && !Ending) Post(Item.Terminate);
    }

    /// <summary>SIGKILL of all processes: nothing is sent, addresses stay where they are.</summary>
    public void Kill()
    {
        (_phase, Frozen) = (Phase.Off, false);
        ForgetWork();
        foreach (var slot in _slots) slot.State = slot.Instance.Nothing;
    }

    /// <summary>
    /// SIGKILL of the VRRP process alone. The parent starts another, the first time at once, then after 1, 2, 4 ... 60 s as long as none lived
    /// for a minute (calc_restart_delay). The new one removes the addresses without priority 0.
    /// </summary>
    public void KillChild()
    {
        if (Ending) Kill();
        if (!Alive) return;
        ForgetWork();
        var delay = _respawnSeconds;
        if (time.Now - _childSince >= LongRun) (delay, _respawnSeconds) = (0, 0);
        else _respawnSeconds = delay == 0 ? 1 : Math.Min(2 * delay, LongestRespawn);
        BeginChild(TimeSpan.FromSeconds(delay) + _latency.Respawn);
    }

    /// <summary>SIGHUP.</summary>
    public void Reload()
    {
        if (_phase == Phase.Running && !Waits(Item.Reload)) Post(Item.Reload);
    }

    /// <summary>
    /// SIGSTOP or SIGCONT of all processes. Meanwhile adverts wait in the socket, as many as fit; afterwards they are read before the clock
    /// is looked at (the socket was ready first, and epoll tells in that order), so a BACKUP that slept does not take over from a
    /// MASTER it can hear.
    /// </summary>
    public void Freeze(bool frozen)
    {
        if (!Alive || Frozen == frozen) return;
        Frozen = frozen;
        if (!frozen) WakeUp();
    }

    /// <summary>An advert of another host arrived at the interface.</summary>
    public void Heard(Advert advert)
    {
        if (_phase != Phase.Running || !_link || !_slots.Any(s => s.Instance.Options.Vrid == advert.Vrid)) return;
        if (_adverts >= _latency.SocketQueue) Lost++;
        else Post(new Item.Packet(advert));
    }

    /// <summary>inotify tells of a file that was closed after writing, renamed or deleted. Other files, and the same one twice, change nothing.</summary>
    public void FileChanged(string path)
    {
        if (_phase != Phase.Running || !_slots.Any(s => s.Instance.Options.TrackFiles.Any(f => f.Path == path))) return;
        var item = new Item.File(path);
        if (!Waits(item)) Post(item);
    }

    /// <summary>The carrier of the interface. Without one nothing is sent and nothing is heard, from this moment on; FAULT follows.</summary>
    public void LinkChanged(bool up)
    {
        if (_link == up) return;
        _link = up;
        if (_phase != Phase.Running) return;
        _wentDown |= !up;
        if (!Waits(Item.Link)) Post(Item.Link, _latency.Carrier + WakeTime());
    }

    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public VrrpPicture Picture(string instance)
    {
        var slot = _slots.FirstOrDefault(s => s.Instance.Options.Name == instance)
            ?? throw new ArgumentException($"keepalived has no instance '{instance}'; it has {string.Join(", ", options.Instances.Select(o => o.Name))}", nameof(instance));
        var (state, files) = (slot.State, slot.Instance.Options.TrackFiles);
        var fenced = false;
        for (var i = 0; i < state.Numbers.Length; i++) fenced |= files[i].Weight == 0 && state.Numbers[i] != 0;
        return new VrrpPicture(state.Role, state.Effective, fenced, state.MasterPriority, state.MasterAddress);
    }

    private void BeginChild(TimeSpan delay)
    {
        (_phase, _childSince) = (Phase.Starting, time.Now + delay);
        foreach (var slot in _slots) slot.State = slot.Instance.Nothing;
        Post(Item.Begin, delay);
    }
}
