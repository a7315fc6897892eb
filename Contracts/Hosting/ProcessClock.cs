namespace Contracts.Hosting;

/// <summary>
/// Time since this process made the clock, on the monotonic clock: the only time that inputs of a core carry. A jump of the wall clock has no
/// effect on it, and two processes' times have nothing to do with each other.
/// </summary>
public sealed class ProcessClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>What it counts by: for timers, and for the wall clock where people read it.</summary>
    public TimeProvider Time => time;

    /// <summary>Never goes back; zero at the start.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);
}
