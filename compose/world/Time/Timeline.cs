namespace World.Time;

/// <summary>
/// Simulated time: a queue of things to do, the earliest first, and among equals the one that was asked first. One thread. Nothing here
/// knows a real clock, so that a run can be repeated; who wants to watch it live lets a real clock drive <see cref="RunUntil"/>.
/// </summary>
public sealed class Timeline
{
    private readonly AlarmQueue _queue = new();

    /// <summary>Since the world began. Never goes back.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Called after each thing was done: for what may have come in meanwhile from outside.</summary>
    public Action? Stepped { get; set; }

    /// <summary>When the next thing is due; null when nothing is.</summary>
    public TimeSpan? Next => _queue.Peek(out var at) is null ? null : at;

    /// <summary>Does it once, at that moment, or next when the moment is past.</summary>
    public Alarm At(TimeSpan at, Action action) => At(at, new Alarm(action));

    /// <summary>The same for an alarm of one's own, which may be set again once it has rung.</summary>
    /// <exception cref="InvalidOperationException">It waits already, or was cancelled.</exception>
    public Alarm At(TimeSpan at, Alarm alarm)
    {
        alarm.Set();
        _queue.Add(at < Now ? Now : at, alarm);
        return alarm;
    }

    public Alarm After(TimeSpan delay, Action action) => At(Now + delay, action);

    public Alarm After(TimeSpan delay, Alarm alarm) => At(Now + delay, alarm);

    /// <summary>Goes to the next thing and does it; false when nothing is left.</summary>
    public bool Step() => StepUntil(TimeSpan.MaxValue);

    /// <summary>Does everything due until then, and ends exactly there.</summary>
    public void RunUntil(TimeSpan until)
    {
        while (StepUntil(until)) { }
        if (until > Now) Now = until;
    }

    private bool StepUntil(TimeSpan until)
    {
        if (_queue.Peek(out var at) is not { } alarm || at > until) return false;
        Now = at;
        _queue.Remove();
        alarm.Do();
        Stepped?.Invoke();
        return true;
    }
}

/// <summary>Something that will be done, unless it is cancelled before. Derive from it what is set again and again, or carries what it needs.</summary>
public class Alarm
{
    private enum State { New, Waiting, Rung, Cancelled }

    private readonly Action? _action;
    private State _state;

    protected Alarm() { }

    internal Alarm(Action action) => _action = action;

    /// <summary>It does not wait: it was cancelled, or has rung.</summary>
    public bool Cancelled => _state is not State.Waiting;

    public void Cancel()
    {
        if (_state is not State.Rung) _state = State.Cancelled;
    }

    protected virtual void Ring() => _action?.Invoke();

    internal void Set()
    {
        // one that was cancelled may still lie in the queue
        if (_state is State.Waiting or State.Cancelled) throw new InvalidOperationException("an alarm that waits or was cancelled is not set again: use another");
        _state = State.Waiting;
    }

    internal void Do()
    {
        _state = State.Rung;
        Ring();
    }
}
