namespace NodeAgent;

/// <summary>Time since the program started, on the monotonic clock; a jump of the wall clock has no effect on it.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);
}
