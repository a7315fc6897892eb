namespace Lab.Measuring;

/// <summary>How a request ended.</summary>
internal enum Ending : byte
{
    Good,
    /// <summary>Nothing within 150 ms.</summary>
    Timeout,
    /// <summary>Refused, reset or unreachable.</summary>
    Broken,
    /// <summary>An answer that is not 200, or none.</summary>
    BadAnswer,
}

/// <summary>One request of the measuring client. Times are monotonic nanoseconds of this machine.</summary>
/// <param name="Balancer">1 or 2 for the balancer named in X-LB, 0 when none was.</param>
internal readonly record struct Request(long Start, long End, Ending Ending, byte Balancer)
{
    public bool Good => Ending == Ending.Good;
}

/// <summary>The VIP came to a balancer's interface or went from it.</summary>
internal readonly record struct VipChange(long At, byte Balancer, bool Gained);
