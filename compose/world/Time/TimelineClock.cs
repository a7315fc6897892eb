namespace World.Time;

/// <summary>
/// A <see cref="TimeProvider"/> that shows a <see cref="Timeline"/>'s time, for code that asks one. It has no timers: those belong on the
/// timeline itself, where their order can be repeated.
/// </summary>
/// <param name="began">What the wall clock showed when the world began.</param>
public class TimelineClock(Timeline time, DateTimeOffset began) : TimeProvider
{
    /// <summary>1 January 2026: any date will do, as long as it is always the same.</summary>
    public static DateTimeOffset Epoch { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TimelineClock(Timeline time) : this(time, Epoch) { }

    /// <summary>Since the clock began to count.</summary>
    public virtual TimeSpan Now => time.Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => began + Now;

    /// <exception cref="InvalidOperationException">Always.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new InvalidOperationException("simulated time has no timers: put it on the timeline");
}
