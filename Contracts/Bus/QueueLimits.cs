namespace Contracts.Bus;

/// <summary>Freshness by limits: nothing on the steering path waits longer or in greater number than this (docs/wire.md).</summary>
internal static class QueueLimits
{
    public const int MaxMessages = 1000;
    public const int MaxAgeMs = 5000;

    public static TimeSpan MaxAge => TimeSpan.FromMilliseconds(MaxAgeMs);

    public static Dictionary<string, object?> Arguments() => new()
    {
        ["x-queue-type"] = "classic",
        ["x-max-length"] = MaxMessages,
        ["x-overflow"] = "drop-head",
        ["x-message-ttl"] = MaxAgeMs,
    };
}
