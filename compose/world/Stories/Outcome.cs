using System.Collections.Immutable;

namespace World.Stories;

/// <summary>The address came to a node's interface or left it.</summary>
public sealed record Sighting(TimeSpan At, string Node, bool Present);

/// <summary>How a story ended, from the mark on.</summary>
/// <param name="Holders">Who has the address at the end.</param>
/// <param name="Moved">From the mark until the address first came to another node than the one that had it; null: it never did.</param>
/// <param name="Gap">How long nobody had it, in all.</param>
/// <param name="Overlap">How long more than one had it, in all.</param>
/// <param name="Arrivals">How often it came to a node.</param>
public sealed record Outcome(ImmutableArray<string> Holders, TimeSpan? Moved, TimeSpan Gap, TimeSpan Overlap, int Arrivals)
{
    /// <param name="sightings">From the very beginning, in order of time.</param>
    public static Outcome Of(IEnumerable<Sighting> sightings, TimeSpan mark, TimeSpan end)
    {
        var (holders, before, at) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal), mark);
        var (gap, overlap, arrivals) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        TimeSpan? moved = null;
        foreach (var sighting in sightings.Where(s => s.At <= end).OrderBy(s => s.At))
        {
            if (sighting.At <= mark) Apply(before, sighting);
            if (sighting.At > mark) Count(sighting.At);
            if (sighting.At > mark && sighting.Present && !holders.Contains(sighting.Node))
            {
                arrivals++;
                if (!before.Contains(sighting.Node)) moved ??= sighting.At - mark;
            }
            Apply(holders, sighting);
        }
        Count(end);
        return new Outcome([.. holders], moved, gap, overlap, arrivals);

        void Count(TimeSpan until)
        {
            if (holders.Count == 0) gap += until - at;
            if (holders.Count > 1) overlap += until - at;
            at = until;
        }
    }

    private static void Apply(SortedSet<string> holders, Sighting sighting)
    {
        if (sighting.Present) holders.Add(sighting.Node);
        else holders.Remove(sighting.Node);
    }
}
