using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.History;

/// <summary>
/// Every event of every group for 90 days, kept in a stream on each server of the quorum and read as their union: a server that was
/// away has gaps, and no server is needed for a move. Nothing here throws for a server that is away.
/// </summary>
internal interface IHistory
{
    /// <summary>Events of a group, newest first.</summary>
    /// <param name="below">Only those before this place; null = from the newest.</param>
    /// <param name="most">1 to 1000.</param>
    public Task<HistoryPage> Read(GroupName group, HistoryPlace? below, int most, CancellationToken stopping);

    /// <summary>Events of this generation from <paramref name="first"/> to <paramref name="last"/> over all groups, by rising number, as far as any server has them.</summary>
    public Task<ImmutableArray<RecordedEvent>> Find(long generation, long first, long last, CancellationToken stopping);

    /// <summary>One event by its id; null when no server has it.</summary>
    public Task<HistoryEntry?> Find(string id, CancellationToken stopping);

    /// <summary>Removes what is older than <paramref name="keep"/> on every server; how many entries were removed.</summary>
    public Task<long> Trim(TimeSpan keep, CancellationToken stopping);
}

/// <summary>Where an event stands among all: generations rise, and numbers rise within a generation.</summary>
internal readonly record struct HistoryPlace(long Generation, long Number);

/// <param name="Detail">For a decision what was looked at, as JSON (docs/history.md); null where nothing is known, for example after the leader died.</param>
internal sealed record HistoryEntry(RecordedEvent Event, string? Detail);

/// <param name="Servers">How many servers answered, of how many.</param>
internal sealed record HistoryPage(ImmutableArray<HistoryEntry> Entries, int Answered, int Servers);
