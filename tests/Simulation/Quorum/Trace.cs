using System.Globalization;

namespace Simulation.Quorum;

/// <summary>
/// What happened: always as a hash, so that two runs of a seed can be compared, and as a story only when somebody will read it
/// (a failing seed is run again for that).
/// </summary>
internal sealed class Trace(bool story)
{
    private const int MaxLines = 400;
    private readonly Queue<string> _lines = new();

    public ulong Hash { get; private set; } = 14695981039346656037;

    public bool Story => story;

    public long Events { get; private set; }

    public void Mark(TimeSpan at, int who, int what, int detail)
    {
        Events++;
        var hash = Hash;
        hash = (hash ^ (ulong)at.Ticks) * 1099511628211;
        hash = (hash ^ (uint)((who << 20) ^ (what << 10) ^ detail)) * 1099511628211;
        Hash = hash ^ (hash >> 29);
    }

    /// <summary>The newest are kept.</summary>
    public void Tell(TimeSpan at, string line)
    {
        if (!story) return;
        if (_lines.Count == MaxLines) _lines.Dequeue();
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,9:0.000}  {line}"));
    }

    public IReadOnlyCollection<string> Lines => _lines;
}
