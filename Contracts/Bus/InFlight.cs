namespace Contracts.Bus;

/// <summary>
/// Messages that were handed to the broker and are not settled. Sequence numbers rise, deadlines with them. A message settles once:
/// confirmed, returned and then confirmed (= returned), refused, or out of time; what comes later for it is ignored. Thread safe.
/// </summary>
/// <param name="settled">Told of each outcome, outside the lock.</param>
internal sealed class InFlight(TimeSpan deadline, Action<Envelope, SendOutcome, string?> settled)
{
    private readonly SortedDictionary<ulong, Entry> _entries = [];

    private readonly record struct Entry(Envelope Envelope, TimeSpan Until, string? Returned);

    public int Count
    {
        get { lock (_entries) return _entries.Count; }
    }

    public void Add(ulong number, Envelope envelope, TimeSpan now)
    {
        lock (_entries) _entries.Add(number, new Entry(envelope, now + deadline, null));
    }

    /// <summary>The broker took it, alone or with all before it.</summary>
    public void Acked(ulong number, bool multiple) => Settle(number, multiple, e => e.Returned is null ? SendOutcome.Confirmed : SendOutcome.Returned, null);

    public void Nacked(ulong number, bool multiple) => Settle(number, multiple, _ => SendOutcome.Failed, "the broker refused it");

    /// <summary>No queue took it; its confirm follows and settles it.</summary>
    public void Returned(ulong number, string detail)
    {
        lock (_entries)
            if (_entries.TryGetValue(number, out var entry)) _entries[number] = entry with { Returned = detail };
    }

    /// <summary>Settles what is out of time; returns how many.</summary>
    public int Expire(TimeSpan now)
    {
        var late = 0;
        while (true)
        {
            Entry entry;
            lock (_entries)
            {
                if (_entries.Count == 0) return late;
                (var number, entry) = _entries.First();
                if (entry.Until > now) return late;
                _entries.Remove(number);
            }
            late++;
            settled(entry.Envelope, SendOutcome.TimedOut, $"no confirm within {deadline.TotalSeconds:0.###} s");
        }
    }

    /// <summary>The connection is gone: nothing will be heard of these.</summary>
    public void Fail(string reason) => Settle(ulong.MaxValue, true, _ => SendOutcome.Failed, reason);

    private void Settle(ulong number, bool multiple, Func<Entry, SendOutcome> outcome, string? detail)
    {
        var done = new List<Entry>(1);
        lock (_entries)
        {
            if (!multiple)
            {
                if (_entries.Remove(number, out var one)) done.Add(one);
            }
            else
            {
                while (_entries.Count > 0 && _entries.First() is var first && first.Key <= number)
                {
                    done.Add(first.Value);
                    _entries.Remove(first.Key);
                }
            }
        }
        foreach (var entry in done) settled(entry.Envelope, outcome(entry), detail ?? entry.Returned);
    }
}
