namespace Arbiter.Notifications.Delivery;

/// <summary>When a failed delivery is tried again (docs/notifications.md).</summary>
internal static class Schedule
{
    private static readonly int[] s_seconds = [2, 5, 15, 30, 60, 120, 300];

    /// <summary>Then for ever, until <see cref="GiveUp"/>; also the most that a receiver may ask for.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMinutes(15);
    /// <summary>From the time of the event.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromHours(72);
    /// <summary>After this the fallback receiver is told as well.</summary>
    public static readonly TimeSpan Fallback = TimeSpan.FromMinutes(5);

    /// <summary>Something new for a group tries the oldest that waits at once, unless that was tried so short a time ago.</summary>
    public static readonly TimeSpan Hurry = TimeSpan.FromSeconds(30);
    /// <summary>Between two attempts at a receiver that seems to be down.</summary>
    public static readonly TimeSpan Probe = TimeSpan.FromSeconds(1);

    /// <param name="failures">1 after the first attempt.</param>
    public static TimeSpan Longest(int failures) => failures <= s_seconds.Length ? TimeSpan.FromSeconds(s_seconds[failures - 1]) : Slow;

    /// <summary>Full jitter: anything between 0 and the longest, so that many arbiters and groups do not knock at once.</summary>
    public static TimeSpan After(int failures, TimeSpan? asked, ref ulong seed)
    {
        var wait = Longest(failures) * Fraction(ref seed);
        return asked is { } least && least > wait ? Least(least, Slow) : wait;
    }

    public static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>0 to 1, by splitmix64: the same seed gives the same story.</summary>
    private static double Fraction(ref ulong seed)
    {
        var z = seed += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
