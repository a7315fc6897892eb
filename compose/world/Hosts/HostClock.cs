using World.Time;

namespace World.Hosts;

/// <summary>
/// A host's monotonic clock: it began at another moment than the world and may run faster or slower. What was asked to be done after a
/// while is done by the rate that held when it was asked.
/// </summary>
internal sealed class HostClock(Timeline time, TimeSpan uptime) : TimelineClock(time)
{
    private readonly Timeline _time = time;
    private TimeSpan _worldThen;
    private TimeSpan _then = uptime;

    /// <summary>Seconds of this host per second of the world.</summary>
    public double Rate { get; private set; } = 1;

    public override TimeSpan Now
    {
        get
        {
            var passed = _time.Now - _worldThen;
            return _then + (Rate == 1 ? passed : passed * Rate);
        }
    }

    /// <param name="rate">0.5 to 2.</param>
    /// <param name="ahead">How far the clock jumps now; it cannot go back.</param>
    public void Set(double rate, TimeSpan ahead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, TimeSpan.Zero);
        (_then, _worldThen, Rate) = (Now + ahead, _time.Now, rate);
    }

    /// <summary>How long the world must wait until this much has passed here: never a moment less.</summary>
    public TimeSpan InWorld(TimeSpan span) => Rate == 1 ? span : TimeSpan.FromTicks((long)Math.Ceiling(span.Ticks / Rate) + 1);
}
