using System.Collections.Immutable;

namespace Arbiter.History;

/// <summary>The same in this process, for the demo and for tests: a server that can be taken away and emptied.</summary>
internal sealed class InMemoryStreams(string address) : IStreamServer
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<StreamEntry>> _streams = new(StringComparer.Ordinal);
    private bool _away;

    public string Address => address;

    public event Action? Returned;

    public bool Away
    {
        get { lock (_gate) return _away; }
        set
        {
            lock (_gate) _away = value;
            if (!value) Returned?.Invoke();
        }
    }

    public void Clear()
    {
        lock (_gate) _streams.Clear();
    }

    public Task<bool> Append(string stream, StreamEntry entry, int most, CancellationToken stopping) => Do(stream, list =>
    {
        if (list.Count > 0 && list[^1].Place >= entry.Place) return false;
        list.Add(entry);
        if (list.Count > most) list.RemoveRange(0, list.Count - most);
        return true;
    });

    public Task<ImmutableArray<StreamEntry>> Below(string stream, HistoryPlace? below, int most, CancellationToken stopping) =>
        Do<ImmutableArray<StreamEntry>>(stream, list => [.. list.Where(e => below is not { } b || e.Place < b).Reverse().Take(most)]);

    public Task<ImmutableArray<StreamEntry>> Between(string stream, HistoryPlace from, HistoryPlace to, int most, CancellationToken stopping) =>
        Do<ImmutableArray<StreamEntry>>(stream, list => [.. list.Where(e => e.Place >= from && e.Place <= to).Take(most)]);

    public Task<long> TrimBefore(string stream, HistoryPlace first, CancellationToken stopping) =>
        Do<long>(stream, list => list.RemoveAll(e => e.Place < first));

    private Task<T> Do<T>(string stream, Func<List<StreamEntry>, T> work)
    {
        lock (_gate)
        {
            if (_away) return Task.FromException<T>(new StreamTrouble("unreachable", "taken away"));
            if (!_streams.TryGetValue(stream, out var list)) _streams[stream] = list = [];
            return Task.FromResult(work(list));
        }
    }
}
