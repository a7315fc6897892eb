namespace Arbiter.Quorum;

/// <summary>A number that only rises, whoever raises it.</summary>
internal static class Highest
{
    /// <summary>Nothing happens when it is as high already.</summary>
    public static void Raise(ref long to, long value)
    {
        for (var was = Volatile.Read(ref to); value > was;)
        {
            var found = Interlocked.CompareExchange(ref to, value, was);
            if (found == was) return;
            was = found;
        }
    }
}
