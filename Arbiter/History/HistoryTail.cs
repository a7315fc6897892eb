using System.Collections.Immutable;
using System.Text.Json;
using Arbiter.Core;

namespace Arbiter.History;

/// <param name="Number">Its place in the tail, rising by one.</param>
internal sealed record TailItem(long Number, string Stream, StreamEntry Entry);

/// <summary>
/// The newest entries of this leader's time, waiting for servers that are slow or away: the inbox of every writer. The oldest give way,
/// and what a writer had not written by then is missing on its server.
/// </summary>
internal sealed class HistoryTail
{
    public const int Most = 1024;
    private const int MostDecisions = 256;

    private readonly Lock _gate = new();
    private readonly Queue<TailItem> _items = new();
    private readonly Queue<(string Group, long Epoch, HistoryPlace Place)> _decisions = new();
    private HistoryPlace _last;
    private long _next;

    /// <summary>Called after each change; returns at once.</summary>
    public event Action? Grew;

    /// <summary>By one caller at a time. The events of the ring that are not in the tail yet; how many numbers the ring skipped since the last call.</summary>
    public long Take(ImmutableArray<RecordedEvent> ring, StreamNames names, Func<RecordedEvent, string?> detail)
    {
        long skipped = 0;
        foreach (var what in ring)
        {
            var place = HistoryPlace.Of(what);
            if (place <= _last) continue;
            if (_last.Generation == place.Generation) skipped += place.Number - _last.Number - 1;
            _last = place;
            // outside of the lock: who knows the detail has a lock of his own
            var entry = new StreamEntry(place, JsonSerializer.Serialize(what, HistoryJson.Default.RecordedEvent), detail(what));
            lock (_gate)
            {
                Add(names.Events(what.Group), entry);
                if (what is { Type: EventTypes.DecisionMade, Group: { } group }) Remember(group, what.Epoch, place);
            }
        }
        Grew?.Invoke();
        return skipped;
    }

    /// <summary>False: that decision is not known here.</summary>
    public bool TakeOutcome(string group, long epoch, string json, StreamNames names)
    {
        lock (_gate)
        {
            var known = _decisions.LastOrDefault(d => d.Group == group && d.Epoch == epoch);
            if (known.Group is null) return false;
            Add(names.Outcomes(group), new StreamEntry(known.Place, json, null));
        }
        Grew?.Invoke();
        return true;
    }

    /// <summary>Forgets how far the ring was read: what another leader did in between is no gap.</summary>
    public void Begin() => _last = default;

    /// <summary>The item at or behind a number, and how many before it are gone; null: nothing yet.</summary>
    public TailItem? At(long number, out long gone)
    {
        lock (_gate)
        {
            gone = 0;
            if (!_items.TryPeek(out var first)) return null;
            gone = Math.Max(0, first.Number - number);
            var index = (int)Math.Max(0, number - first.Number);
            return index < _items.Count ? _items.ElementAt(index) : null;
        }
    }

    public long First
    {
        get { lock (_gate) return _items.TryPeek(out var first) ? first.Number : _next; }
    }

    /// <summary>What one stream would hold if every server had lost it.</summary>
    public ImmutableArray<StreamEntry> Of(string stream)
    {
        lock (_gate) return [.. _items.Where(i => i.Stream == stream).Select(i => i.Entry)];
    }

    private void Add(string stream, StreamEntry entry)
    {
        _items.Enqueue(new TailItem(_next++, stream, entry));
        if (_items.Count > Most) _items.Dequeue();
    }

    private void Remember(string group, long epoch, HistoryPlace place)
    {
        _decisions.Enqueue((group, epoch, place));
        if (_decisions.Count > MostDecisions) _decisions.Dequeue();
    }
}
