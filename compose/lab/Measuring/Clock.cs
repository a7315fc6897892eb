using System.Diagnostics;

namespace Lab.Measuring;

/// <summary>CLOCK_MONOTONIC in nanoseconds, the same for every thread and every host of the machine.</summary>
internal static class Clock
{
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000_000_000;

    public static long Now => Stopwatch.GetTimestamp() * (Second / Stopwatch.Frequency);

    public static double Milliseconds(long span) => Math.Round(span / (double)Millisecond, 1);
}
