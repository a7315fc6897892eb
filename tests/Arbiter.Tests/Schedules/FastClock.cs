namespace Arbiter.Tests.Schedules;

/// <summary>The monotonic clock and the timers run several times faster; the wall clock is the real one.</summary>
internal sealed class FastClock(int times) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => _start + (System.GetTimestamp() - _start) * times;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Short(dueTime), Short(period));

    private TimeSpan Short(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(Math.Max(1, span.TotalMilliseconds / times));
}
