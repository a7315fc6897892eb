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

    /// <summary>
    /// Events of this generation from <paramref name="first"/> to <paramref name="last"/> over all groups, by rising number, as far as any
    /// server has them; the first 1000 numbers of a longer range.
    /// </summary>
    public Task<ImmutableArray<RecordedEvent>> Find(long generation, long first, long last, CancellationToken stopping);

    /// <summary>One event by its id; null when no server has it.</summary>
    public Task<HistoryEntry?> Find(string id, CancellationToken stopping);

    /// <summary>Removes what is older than <paramref name="keep"/> on every server; how many entries were removed.</summary>
    public Task<long> Trim(TimeSpan keep, CancellationToken stopping);
}

/// <summary>The same for what concerns no group but the cluster, such as who leads.</summary>
internal interface IClusterHistory
{
    /// <inheritdoc cref="IHistory.Read"/>
    public Task<HistoryPage> ReadCluster(HistoryPlace? below, int most, CancellationToken stopping);
}

/// <summary>What this replica can say about decisions from its own memory.</summary>
internal interface IExplainer
{
    /// <summary>The row that applies now and everything it looks at; null: no such group, or nothing happened yet.</summary>
    public Explanation? Now(GroupName group);

    /// <summary>What is known of a decision that is still being followed; null: none of that epoch is.</summary>
    public MoveOutcome? SoFar(GroupName group, long epoch);
}

/// <summary>Where an event stands among all: generations rise, and numbers rise within a generation.</summary>
internal readonly record struct HistoryPlace(long Generation, long Number) : IComparable<HistoryPlace>
{
    public int CompareTo(HistoryPlace other) => (Generation, Number).CompareTo((other.Generation, other.Number));

    public static bool operator <(HistoryPlace a, HistoryPlace b) => a.CompareTo(b) < 0;
    public static bool operator >(HistoryPlace a, HistoryPlace b) => a.CompareTo(b) > 0;
    public static bool operator <=(HistoryPlace a, HistoryPlace b) => a.CompareTo(b) <= 0;
    public static bool operator >=(HistoryPlace a, HistoryPlace b) => a.CompareTo(b) >= 0;

    public static HistoryPlace Of(RecordedEvent what) => new(what.Generation, what.Number);

    /// <summary>As the id of a stream's entry: <c>generation-number</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Generation}-{Number}");

    public static bool TryParse(string? text, out HistoryPlace place)
    {
        place = default;
        if (text?.Split('-') is not [var generation, var number] || !TryNumber(generation, out var g) || !TryNumber(number, out var n)) return false;
        place = new HistoryPlace(g, n);
        return true;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
}

/// <param name="Detail">For a decision what was looked at, as JSON (docs/history.md); null where nothing is known, for example after the leader died.</param>
internal sealed record HistoryEntry(RecordedEvent Event, string? Detail)
{
    /// <summary>For a decision what became of it, as JSON (docs/history.md); null when nobody could follow it, or while it is followed.</summary>
    public string? Outcome { get; init; }
}

/// <param name="Answered">How many servers answered, of how many.</param>
internal sealed record HistoryPage(ImmutableArray<HistoryEntry> Entries, int Answered, int Servers)
{
    public ImmutableArray<HistoryServer> Sources { get; init; } = [];
}

/// <param name="State">ok, starting, unreachable, timeout, or the server's own word (NOPERM, OOM, NOAUTH, ...).</param>
/// <param name="Missing">Entries of this leader's time that this server will not get any more.</param>
internal sealed record HistoryServer(string Address, string State, string? Detail, long Missing);
