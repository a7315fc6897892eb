using World.Time;
using World.Vrrp.Instance;

namespace World.Vrrp;

/// <summary>
/// The one thread of the VRRP process: what waits for it, in the order in which it came, and the work it has in hand. While it works it hears
/// nothing; what it was told meanwhile comes after.
/// </summary>
public sealed partial class Keepalived
{
    private readonly Queue<(TimeSpan Ready, Item Item)> _inbox = new();
    /// <summary>No effect: the end of a reload.</summary>
    private readonly Queue<(Slot? Slot, VrrpEffect? Effect)> _steps = new();
    private readonly List<VrrpEffect> _effects = [];
    private Alarm? _alarm;
    private TimeSpan _alarmAt;
    private TimeSpan _freeAt;
    private int _adverts;
    private bool _working;

    /// <summary>Something that the process will find when it looks.</summary>
    private abstract record Item
    {
        public static readonly Item Begin = new Signal("begin");
        public static readonly Item Terminate = new Signal("SIGTERM");
        public static readonly Item Reload = new Signal("SIGHUP");
        public static readonly Item Link = new Signal("netlink");
        public static readonly Item Exit = new Signal("exit");

        public sealed record Signal(string Name) : Item;

        public sealed record Packet(Advert Advert) : Item;

        public sealed record File(string Path) : Item;
    }

    private void Post(Item item) => Post(item, WakeTime());

    private void Post(Item item, TimeSpan delay)
    {
        _inbox.Enqueue((time.Now + delay, item));
        if (item is Item.Packet) _adverts++;
        if (!_working) Arm();
    }

    private bool Waits(Item item) => _inbox.Any(w => w.Item == item);

    private void Keep(Func<Item, bool> which)
    {
        for (var i = _inbox.Count; i > 0; i--)
        {
            var waiting = _inbox.Dequeue();
            if (which(waiting.Item)) _inbox.Enqueue(waiting);
        }
        _adverts = _inbox.Count(w => w.Item is Item.Packet);
    }

    private void ForgetWork()
    {
        _inbox.Clear();
        _steps.Clear();
        _adverts = 0;
        _freeAt = time.Now;
        _alarm?.Cancel();
    }

    private TimeSpan WakeTime() => options.Chance is { } chance ? _latency.Wake + _latency.Jitter * chance.NextDouble() : _latency.Wake;

    private void WakeUp()
    {
        _freeAt = Later(_freeAt, time.Now + WakeTime());
        Arm();
    }

    /// <summary>Sees to it that the process looks again when there is something to do. An alarm that is too early does no harm.</summary>
    private void Arm()
    {
        if (Frozen || !Alive || NextLook() is not { } at) return;
        if (_alarm is { Cancelled: false } && _alarmAt <= at) return;
        _alarm?.Cancel();
        _alarmAt = at;
        _alarm = time.At(at, Look);
    }

    private TimeSpan? NextLook()
    {
        if (_steps.Count > 0) return _freeAt;
        TimeSpan? soonest = _inbox.TryPeek(out var first) ? first.Ready : null;
        foreach (var slot in _slots)
            if (slot.State.Next is { } next && (soonest is not { } found || next + _latency.Wake < found)) soonest = next + WakeTime();
        return soonest is { } at ? Later(at, _freeAt) : null;
    }

    private void Look()
    {
        _working = true;
        while (!Frozen && Alive && _freeAt <= time.Now && DoOne()) { }
        _working = false;
        Arm();
    }

    /// <summary>The work in hand first, then what came, then the clock. False: there is nothing to do now.</summary>
    private bool DoOne()
    {
        if (_steps.TryDequeue(out var step))
        {
            _freeAt = time.Now + TimeAfter(step.Effect) + (_steps.TryPeek(out var following) ? TimeBefore(following.Effect) : TimeSpan.Zero);
            if (step.Effect is { } effect) Do(step.Slot!.Instance, effect);
            else FinishReload();
            return true;
        }
        if (_inbox.TryPeek(out var first) && first.Ready <= time.Now)
        {
            _inbox.Dequeue();
            if (first.Item is Item.Packet) _adverts--;
            Handle(first.Item);
            return true;
        }
        foreach (var slot in _slots)
        {
            if (slot.State.Next is not { } due || due + _latency.Wake > time.Now) continue;
            Give(slot, VrrpInput.TimerExpired.It);
            return true;
        }
        return false;
    }

    /// <summary>The state is the new one at once, as in the process; what follows from it takes its time.</summary>
    private void Give(Slot slot, VrrpInput input)
    {
        var idle = _steps.Count == 0;
        _effects.Clear();
        slot.State = slot.Instance.Advance(slot.State, input, time.Now, _effects);
        foreach (var effect in _effects) _steps.Enqueue((slot, effect));
        if (idle && _steps.TryPeek(out var first)) _freeAt = time.Now + TimeBefore(first.Effect);
    }

    private TimeSpan TimeBefore(VrrpEffect? effect) => effect switch
    {
        VrrpEffect.AddVips => _latency.AddAddress,
        VrrpEffect.RemoveVips => _latency.RemoveAddress,
        null => _latency.Reload,
        _ => TimeSpan.Zero,
    };

    private TimeSpan TimeAfter(VrrpEffect? effect) => effect switch
    {
        VrrpEffect.Send => _latency.Send,
        VrrpEffect.Announce => _latency.Announce,
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
