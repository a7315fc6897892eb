namespace Demo.Standing;

/// <summary>
/// Whether one replica stands still, as a process stopped by SIGSTOP does: its timers do not fire, nothing that it awaits arrives, and so
/// it does and sends nothing; clocks go on. When it goes on, all that waited comes at once. There may be several reasons at a time.
/// </summary>
internal sealed class Standstill
{
    private const int MostWaiting = 8192;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _reasons = new(StringComparer.Ordinal);
    private readonly Queue<Action> _waiting = new();
    private TaskCompletionSource _open = Opened();
    private CancellationTokenSource _still = new();
    private bool _ended;

    public bool Still
    {
        get { lock (_gate) return _reasons.Count > 0; }
    }

    /// <summary>Cancelled when the replica next stands still, or already when it does.</summary>
    public CancellationToken Stopped
    {
        get { lock (_gate) return _still.Token; }
    }

    /// <summary>It goes on, and never stands still again: whoever ends must be able to.</summary>
    public void End()
    {
        string[] reasons;
        lock (_gate)
        {
            _ended = true;
            reasons = [.. _reasons];
        }
        foreach (var reason in reasons) Set(reason, false);
    }

    public void Set(string reason, bool still)
    {
        CancellationTokenSource? stopped = null;
        TaskCompletionSource? opened = null;
        lock (_gate)
        {
            var before = _reasons.Count > 0;
            if (still && !_ended) _reasons.Add(reason);
            else _reasons.Remove(reason);
            var now = _reasons.Count > 0;
            if (before == now) return;
            if (now)
            {
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                stopped = _still;
            }
            else
            {
                opened = _open;
                _still = new CancellationTokenSource();
                while (_waiting.TryDequeue(out var action)) ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);
            }
        }
        stopped?.Cancel();
        opened?.TrySetResult();
    }

    /// <summary>Does it now, or when the replica goes on. With too many waiting the oldest is left out.</summary>
    public void Do(Action action)
    {
        lock (_gate)
        {
            if (_reasons.Count > 0)
            {
                if (_waiting.Count == MostWaiting) _waiting.Dequeue();
                _waiting.Enqueue(action);
                return;
            }
        }
        action();
    }

    /// <summary>Completes when the replica does not stand still.</summary>
    public Task Passed()
    {
        lock (_gate) return _open.Task;
    }

    /// <summary>The answer, once the replica can take it.</summary>
    public async Task<T> Held<T>(Task<T> asked)
    {
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Passed();
        return await asked;
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        opened.SetResult();
        return opened;
    }
}
