namespace Demo.Standing;

/// <summary>The time of a replica that can stand still: its clocks go on meanwhile, its timers wait, each for one firing.</summary>
internal sealed class StandingTime(TimeProvider time, Standstill standstill) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(time, standstill, callback, state, dueTime, period);

    private sealed class Timer : ITimer
    {
        private readonly Standstill _standstill;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _inner;
        private readonly Lock _gate = new();
        private long _version;
        private long _waits = -1;

        public Timer(TimeProvider time, Standstill standstill, TimerCallback callback, object? state, TimeSpan due, TimeSpan period)
        {
            (_standstill, _callback, _state) = (standstill, callback, state);
            // set afterwards, so that it cannot fire before it is kept here
            _inner = time.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _inner.Change(due, period);
        }

        private void Due()
        {
            long version;
            lock (_gate)
            {
                // one firing waits for each time it was set, however often the period came round
                if (_waits == _version) return;
                _waits = version = _version;
            }
            _standstill.Do(() =>
            {
                lock (_gate)
                {
                    // set anew or disposed of since it was due: the other firing counts
                    if (_version != version) return;
                    _waits = -1;
                }
                _callback(_state);
            });
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate) _version++;
            return _inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            lock (_gate) _version++;
            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
