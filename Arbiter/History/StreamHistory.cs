using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.History;

/// <summary>The streams of all servers, owned: disposing closes their connections.</summary>
internal sealed class StreamServers(ImmutableArray<IStreamServer> servers) : IAsyncDisposable
{
    public ImmutableArray<IStreamServer> Servers => servers;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            if (server is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}

/// <summary>
/// The history: while this replica leads, each event that the register recorded goes to every server; any replica reads. It hangs on
/// the register's word alone and gives nothing back to it.
/// </summary>
internal sealed partial class StreamHistory : SideService, IHistory, IClusterHistory
{
    private const int MostNumbers = 1000;
    private const int MostScans = StreamNames.Most / UnionReader.MostEntries + 10;
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly IRegister _register;
    private readonly DecisionDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly StreamNames _names;
    private readonly HistoryTail _tail = new();
    private readonly ImmutableArray<ServerRecord> _records;
    private readonly ImmutableArray<StreamWriter> _writers;
    private readonly UnionReader _reader;
    private readonly IReadOnlyList<string?> _streams;
    private SpeakerToken _led;

    public StreamHistory(ArbiterOptions options, StreamServers servers, IRegister register, DecisionDesk desk, TimeProvider time, ILogger<StreamHistory> log)
        : base(time, log)
    {
        (_register, _desk, _time, _log, _names) = (register, desk, time, log, new StreamNames(options.Cluster));
        _records = [.. servers.Servers.Select(s => new ServerRecord(s, log))];
        _writers = [.. _records.Select(r => new StreamWriter(r, _tail, time, log))];
        _reader = new UnionReader(_records, _tail, _names);
        _streams = [.. options.Groups.Select(g => g.Name.Value), null];
        desk.Ended += (group, epoch, json) => _tail.TakeOutcome(group, epoch, json, _names);
        register.Watch(Take);
    }

    public Task<HistoryPage> Read(GroupName group, HistoryPlace? below, int most, CancellationToken stopping) =>
        _reader.Page(group.Value, below, most, _register.Status.Outbox.Events, stopping);

    public Task<HistoryPage> ReadCluster(HistoryPlace? below, int most, CancellationToken stopping) =>
        _reader.Page(null, below, most, _register.Status.Outbox.Events, stopping);

    public async Task<ImmutableArray<RecordedEvent>> Find(long generation, long first, long last, CancellationToken stopping)
    {
        last = Math.Min(last, first + MostNumbers - 1);
        var (from, to) = (new HistoryPlace(generation, first), new HistoryPlace(generation, last));
        var found = new SortedDictionary<long, RecordedEvent>();
        foreach (var what in _register.Status.Outbox.Events)
            if (what.Generation == generation && what.Number >= first && what.Number <= last) found[what.Number] = what;
        foreach (var stream in _streams)
        {
            // numbers rise over all groups, so the range may be whole before every stream was asked
            if (found.Count > last - first) break;
            foreach (var entry in await _reader.Between(stream, from, to, MostNumbers, stopping)) found[entry.Event.Number] = entry.Event;
        }
        return [.. found.Values];
    }

    public async Task<HistoryEntry?> Find(string id, CancellationToken stopping)
    {
        if (id.Length > 400 || id.Split('_') is not ["evt", _, ..] parts) return null;
        var stream = _streams.Contains(parts[2 < parts.Length ? 2 : 1]) ? parts[2] : null;
        HistoryPlace? below = null;
        for (var scans = 0; scans < MostScans; scans++)
        {
            var page = await _reader.Page(stream, below, UnionReader.MostEntries, _register.Status.Outbox.Events, stopping);
            if (page.Entries.FirstOrDefault(e => e.Event.Id == id) is { } entry) return entry;
            if (page.Entries.Length < UnionReader.MostEntries) return null;
            below = HistoryPlace.Of(page.Entries[^1].Event);
        }
        return null;
    }

    public async Task<long> Trim(TimeSpan keep, CancellationToken stopping)
    {
        var retention = new Retention(_names, _time);
        var removed = await Task.WhenAll(_records.Select(r => retention.Trim(r, _streams, keep, stopping)));
        return removed.Sum();
    }

    protected override async Task Work(CancellationToken stopping)
    {
        await Task.WhenAll(_writers.Select(w => w.Run(stopping)));
        // the groups have stopped before: what they knew of their decisions is written now or never
        _desk.CloseAll();
        using var farewell = new CancellationTokenSource(s_farewell, _time);
        await Task.WhenAll(_writers.Select(w => w.Write(farewell.Token)));
    }

    /// <summary>From the register's loop: at once, and nothing of it is waited for.</summary>
    private void Take(OutboxPicture picture)
    {
        if (!picture.Leading) return;
        var speaker = new SpeakerToken(picture.Generation, picture.Term);
        if (speaker != _led) _tail.Begin();
        _led = speaker;
        var skipped = _tail.Take(picture.Outbox.Events, _names, _desk.DetailOf);
        if (skipped > 0) Skipped(_log, skipped);
    }

    [LoggerMessage(EventId = 2505, Level = LogLevel.Warning, Message = "{Count} events left the register before they could be taken into the history")]
    private static partial void Skipped(ILogger log, long count);
}
