namespace World.Time;

/// <summary>Alarms, the earliest first, and among equals the one that was asked first. A heap of four children: every message of a simulation passes through it.</summary>
internal sealed class AlarmQueue
{
    private readonly record struct Entry(long At, long Order, Alarm Alarm)
    {
        public bool Before(in Entry other) => At < other.At || (At == other.At && Order < other.Order);
    }

    private Entry[] _heap = new Entry[64];
    private int _count;
    private long _asked;

    public void Add(TimeSpan at, Alarm alarm)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
        var added = new Entry(at.Ticks, _asked++, alarm);
        var hole = _count++;
        while (hole > 0)
        {
            var parent = (hole - 1) / 4;
            if (!added.Before(_heap[parent])) break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }
        _heap[hole] = added;
    }

    /// <summary>The first that was not cancelled; null when there is none.</summary>
    public Alarm? Peek(out TimeSpan at)
    {
        while (_count > 0)
        {
            at = new TimeSpan(_heap[0].At);
            if (!_heap[0].Alarm.Cancelled) return _heap[0].Alarm;
            Remove();
        }
        at = default;
        return null;
    }

    /// <summary>Takes away what <see cref="Peek"/> gave.</summary>
    public void Remove()
    {
        var last = _heap[--_count];
        _heap[_count] = default;
        if (_count == 0) return;
        var hole = 0;
        while (hole * 4 + 1 is var first && first < _count)
        {
            var least = first;
            for (var child = first + 1; child < Math.Min(first + 4, _count); child++)
                if (_heap[child].Before(_heap[least])) least = child;
            if (!_heap[least].Before(last)) break;
            _heap[hole] = _heap[least];
            hole = least;
        }
        _heap[hole] = last;
    }
}
