namespace Arbiter.Groups;

/// <summary>Time since this process started, on the monotonic clock: the only time that inputs carry.</summary>
internal sealed class ProcessClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeProvider Time => time;

    public TimeSpan Now => time.GetElapsedTime(_start);
}
