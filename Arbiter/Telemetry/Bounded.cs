using System.Collections.Concurrent;

namespace Arbiter.Telemetry;

/// <summary>
/// The label sets of one family that were ever shown. The exporter keeps every set for the life of the process and repeats its last value,
/// so each callback must go over all of them: what is no longer known is said as NaN (or 0), never left out. Names come from outside
/// (a node names its own checks), so their number has an end; what comes after it is not shown.
/// </summary>
internal sealed class Bounded<TKey>(int most) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, bool> _seen = new();

    public IEnumerable<TKey> Seen => _seen.Keys;

    /// <returns>False for a set that is new when the house is full.</returns>
    public bool Admit(TKey key) => _seen.ContainsKey(key) || (_seen.Count < most && _seen.TryAdd(key, true)) || _seen.ContainsKey(key);
}
