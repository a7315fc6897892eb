using System.Collections.Immutable;

namespace Arbiter.History;

/// <summary>The streams of one server. Every call ends within its deadline, with an answer or a <see cref="StreamTrouble"/>.</summary>
internal interface IStreamServer
{
    public string Address { get; }

    /// <summary>Called when the server answers again after it was away: it may have lost everything.</summary>
    public event Action? Returned;

    /// <summary>False: this place or a later one is there already.</summary>
    public Task<bool> Append(string stream, StreamEntry entry, int most, CancellationToken stopping);

    /// <summary>Entries below a place (null = from the end), falling.</summary>
    public Task<ImmutableArray<StreamEntry>> Below(string stream, HistoryPlace? below, int most, CancellationToken stopping);

    /// <summary>Entries from a place to a place, both included, rising.</summary>
    public Task<ImmutableArray<StreamEntry>> Between(string stream, HistoryPlace from, HistoryPlace to, int most, CancellationToken stopping);

    /// <summary>Removes what stands before a place; how many entries that were.</summary>
    public Task<long> TrimBefore(string stream, HistoryPlace first, CancellationToken stopping);
}

/// <param name="Body">JSON.</param>
/// <param name="Detail">JSON beside it, or nothing.</param>
internal sealed record StreamEntry(HistoryPlace Place, string Body, string? Detail);

/// <summary>A server gave no usable answer.</summary>
/// <param name="state">The trouble in one word.</param>
internal sealed class StreamTrouble(string state, string detail) : Exception(detail)
{
    public string State => state;
}
