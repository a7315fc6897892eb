namespace Demo.Clock;

/// <summary>
/// The demo's own time: real time, or a multiple of it while the demo starts, so that nobody has to sit through the graces that the
/// arbiter keeps by its rules. World and replicas all live by it, so nothing can tell the difference. Timers are kept here, because a
/// timer set in fast motion must not fire early when it ends. The wall clock is the real one.
/// </summary>
internal sealed class DemoTime : TimeProvider
{
    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    private readonly TimeProvider _real;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(Timer Timer, long Version), long> _queue = new();
    private readonly ITimer _alarm;
    private double _speed = 1;
    private long _realBase;
    private long _base;

    public DemoTime(TimeProvider real)
    {
        _real = real;
        _realBase = real.GetTimestamp();
        _alarm = real.CreateTimer(_ => Ring(), null, s_never, s_never);
    }

    /// <summary>Since the demo began.</summary>
    public TimeSpan Now => new(GetTimestamp());

    /// <summary>How many seconds pass in one real one; 1 or more.</summary>
    public double Speed
    {
        get { lock (_gate) return _speed; }
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_gate)
            {
                _base = Ticks();
                _realBase = _real.GetTimestamp();
                _speed = value;
                Arm();
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate) return Ticks();
    }

    public override DateTimeOffset GetUtcNow() => _real.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private long Ticks() => _base + (long)(_real.GetElapsedTime(_realBase).Ticks * _speed);

    private void Set(Timer timer, TimeSpan due, TimeSpan period)
    {
        lock (_gate)
        {
            timer.Period = period;
            timer.Version++;
            if (due == s_never || timer.Gone) return;
            _queue.Enqueue((timer, timer.Version), Ticks() + due.Ticks);
            Arm();
        }
    }

    /// <summary>Sets the one real timer to the first of all; under the lock.</summary>
    private void Arm()
    {
        while (_queue.TryPeek(out var next, out var at))
        {
            if (next.Version == next.Timer.Version)
            {
                // rounded up: a real timer that came a moment too early would only come again
                var wait = Math.Ceiling(Math.Max(0, at - Ticks()) / _speed / TimeSpan.TicksPerMillisecond);
                _alarm.Change(TimeSpan.FromMilliseconds(wait), s_never);
                return;
            }
            _queue.Dequeue();
        }
    }

    private void Ring()
    {
        lock (_gate)
        {
            var now = Ticks();
            while (_queue.TryPeek(out var next, out var at) && (next.Version != next.Timer.Version || at <= now))
            {
                _queue.Dequeue();
                if (next.Version != next.Timer.Version) continue;
                // one that was late is not made up for
                if (next.Timer.Period > TimeSpan.Zero) _queue.Enqueue(next, at + next.Timer.Period.Ticks > now ? at + next.Timer.Period.Ticks : now + next.Timer.Period.Ticks);
                else next.Timer.Version++;
                ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), next.Timer, preferLocal: false);
            }
            Arm();
        }
    }

    private sealed class Timer(DemoTime owner, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Period { get; set; }
        public long Version { get; set; }
        public bool Gone { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (Gone) return false;
            owner.Set(this, dueTime, period);
            return true;
        }

        public void Fire()
        {
            if (!Gone) callback(state);
        }

        public void Dispose()
        {
            Gone = true;
            owner.Set(this, s_never, s_never);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
