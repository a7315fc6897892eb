namespace Contracts.Bus;

/// <summary>
/// A broker in memory for the demo, tests and the simulator: topic exchanges, one queue per link with the limits of the real ones, and
/// faults. No thread and no timer of its own: everything happens inside the call that causes it, so a run can be repeated. Thread safe.
/// </summary>
/// <param name="time">For the age limit of what waits in a queue.</param>
public sealed class InMemoryBroker(TimeProvider time)
{
    private readonly List<InMemorySteeringLink> _links = [];
    private readonly Lock _gate = new();
    private bool _down;
    private bool _blocked;
    private bool _held;
    private int _dropNext;

    /// <summary>The broker is dead: every link is disconnected and its queue is gone.</summary>
    public bool Down
    {
        get => _down;
        set
        {
            lock (_gate)
            {
                if (_down == value) return;
                _down = value;
                foreach (var link in _links) link.Settle();
            }
        }
    }

    /// <summary>The broker has an alarm: publishes fail, what waits is still delivered.</summary>
    public bool Blocked
    {
        get => _blocked;
        set
        {
            lock (_gate)
            {
                if (_blocked == value) return;
                _blocked = value;
                foreach (var link in _links) link.Settle();
            }
        }
    }

    /// <summary>Deliveries wait in the queues for <see cref="Pump"/>; off: everything is delivered at once.</summary>
    public bool Held
    {
        get => _held;
        set
        {
            lock (_gate)
            {
                _held = value;
                if (!value) Deliver(int.MaxValue);
            }
        }
    }

    /// <summary>Loses the next messages: no queue gets them and no confirm comes.</summary>
    public void DropNext(int count)
    {
        lock (_gate) _dropNext = count;
    }

    /// <summary>Delivers at most this many waiting messages of each queue, oldest first; returns how many in all.</summary>
    public int Pump(int most = int.MaxValue)
    {
        lock (_gate) return Deliver(most);
    }

    internal Lock Gate => _gate;

    internal TimeProvider Time => time;

    internal long Timestamp => time.GetTimestamp();

    internal TimeSpan Age(long since) => time.GetElapsedTime(since);

    internal void Attach(InMemorySteeringLink link)
    {
        lock (_gate)
        {
            if (!_links.Contains(link)) _links.Add(link);
            link.Settle();
        }
    }

    internal void Detach(InMemorySteeringLink link, string? why = null)
    {
        lock (_gate)
            if (_links.Remove(link)) link.Settle(why);
    }

    internal bool Has(InMemorySteeringLink link) => _links.Contains(link);

    internal (SendOutcome, string?) Accept(Envelope envelope)
    {
        if (_dropNext > 0)
        {
            _dropNext--;
            return (SendOutcome.TimedOut, "no confirm");
        }
        var taken = false;
        foreach (var link in _links) taken |= link.Enqueue(envelope);
        if (!_held) Deliver(int.MaxValue);
        return taken ? (SendOutcome.Confirmed, null) : (SendOutcome.Returned, "312 NO_ROUTE");
    }

    private int Deliver(int most)
    {
        var count = 0;
        foreach (var link in _links) count += link.Deliver(most);
        return count;
    }
}
