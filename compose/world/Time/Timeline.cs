namespace World.Time;

/// <summary>
/// Simulated time: a queue of things to do, the earliest first, and among equals the one that was asked first. One thread. Nothing here
/// knows a real clock, so that a run can be repeated; who wants to watch it live lets a real clock drive <see cref="RunUntil"/>.
/// </summary>
public sealed class Timeline
{
    private readonly PriorityQueue<Alarm, (TimeSpan At, long Order)> _queue = new();
    private long _asked;

    /// <summary>Since the world began. Never goes back.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Called after each thing was done: for what may have come in meanwhile from outside.</summary>
    public Action? Stepped { get; set; }

    /// <summary>When the next thing is due; null when nothing is.</summary>
    public TimeSpan? Next
    {
        get
        {
            while (_queue.TryPeek(out var alarm, out var due))
            {
                if (!alarm.Cancelled) return due.At;
                _queue.Dequeue();
            }
            return null;
        }
    }

    /// <summary>Does it once, at that moment, or next when the moment is past.</summary>
    public Alarm At(TimeSpan at, Action action)
    {
        var alarm = new Alarm(action);
        _queue.Enqueue(alarm, (at < Now ? Now : at, _asked++));
        return alarm;
    }

    public Alarm After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Goes to the next thing and does it; false when nothing is left.</summary>
    public bool Step()
    {
        if (Next is not { } at) return false;
        Now = at;
        _queue.Dequeue().Do();
        Stepped?.Invoke();
        return true;
    }

    /// <summary>Does everything due until then, and ends exactly there.</summary>
    public void RunUntil(TimeSpan until)
    {
        while (Next is { } at && at <= until) Step();
        if (until > Now) Now = until;
    }
}

/// <summary>Something that will be done, unless it is cancelled before.</summary>
public sealed class Alarm
{
    private Action? _action;

    internal Alarm(Action action) => _action = action;

    public bool Cancelled => _action is null;

    public void Cancel() => _action = null;

    internal void Do()
    {
        var action = _action;
        _action = null;
        action?.Invoke();
    }
}
