using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.History;

/// <summary>
/// Removes old entries. Ids are no times, so the border is looked for by the events' own time, which comes from several clocks that may
/// have jumped: a time before its generation began or behind the newest believable event is not believed, and age is counted from that
/// newest event, never from this replica's clock alone. A clock that jumped ahead therefore removes nothing.
/// </summary>
internal sealed class Retention(StreamNames names, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int MostPages = StreamNames.Most / PageSize + 10;
    private static readonly TimeSpan s_slack = TimeSpan.FromDays(1);

    public async Task<long> Trim(ServerRecord record, IReadOnlyList<string?> groups, TimeSpan keep, CancellationToken stopping)
    {
        long removed = 0;
        try
        {
            var newest = await Newest(record.Server, groups, stopping);
            if (newest is not { } reference) return 0;
            foreach (var group in groups)
            {
                if (await Border(record.Server, names.Events(group), reference, keep, stopping) is not { } border) continue;
                removed += await record.Server.TrimBefore(names.Events(group), border, stopping);
                await record.Server.TrimBefore(names.Outcomes(group), border, stopping);
            }
        }
        catch (StreamTrouble trouble)
        {
            record.Bad(Way.Write, trouble);
        }
        return removed;
    }

    private async Task<DateTimeOffset?> Newest(IStreamServer server, IReadOnlyList<string?> groups, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? newest = null;
        foreach (var group in groups)
            foreach (var entry in await server.Below(names.Events(group), null, 10, stopping))
                if (HistoryJson.Event(entry) is { } e && Believed(e, now) && (newest is null || e.Utc > newest)) newest = e.Utc;
        return newest;
    }

    /// <summary>The place behind the last entry that is surely old and stands before the first that is surely not; null: nothing is old.</summary>
    private static async Task<HistoryPlace?> Border(IStreamServer server, string stream, DateTimeOffset newest, TimeSpan keep, CancellationToken stopping)
    {
        HistoryPlace? border = null;
        var from = default(HistoryPlace);
        for (var page = 0; page < MostPages; page++)
        {
            var entries = await server.Between(stream, from, new HistoryPlace(long.MaxValue, long.MaxValue), PageSize, stopping);
            foreach (var entry in entries)
            {
                if (HistoryJson.Event(entry) is not { } e || !Believed(e, newest)) continue;
                if (newest - e.Utc <= keep) return border;
                border = Next(entry.Place);
            }
            if (entries.Length < PageSize) return border;
            from = Next(entries[^1].Place);
        }
        return border;
    }

    private static bool Believed(RecordedEvent e, DateTimeOffset newest) => e.Utc <= newest && e.Utc >= BeganAt(e.Generation);

    /// <summary>A generation is the time of its seeding in unix milliseconds.</summary>
    private static DateTimeOffset BeganAt(long generation) =>
        generation is > 0 and < 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(generation) - s_slack : DateTimeOffset.MinValue;

    private static HistoryPlace Next(HistoryPlace place) => place with { Number = place.Number + 1 };
}
