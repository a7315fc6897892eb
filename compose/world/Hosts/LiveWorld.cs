using System.Threading.Channels;
using World.Time;

namespace World.Hosts;

/// <summary>
/// Runs a world by a real clock, on one thread of its own: wakes when something is due (to about 1 ms), when work is posted and when
/// something came over a link. A machine that lags makes it late, which it says; nothing is ever left out. Thread safe.
/// </summary>
public sealed class LiveWorld : IAsyncDisposable
{
    /// <summary>Far above what people and scenarios can press at once.</summary>
    public const int MostPosted = 1024;

    /// <summary>Later than this is worth a line of the story, at most one every <see cref="s_again"/>.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);
    // a world that cannot keep up is still told what is wanted of it, and its end
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);

    private readonly SimulatedWorld _world;
    private readonly TimeProvider _time;
    private readonly Channel<Action<Exception?>> _posted = Channel.CreateBounded<Action<Exception?>>(MostPosted);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly ITimer _timer;
    private readonly SortedDictionary<string, LinkBell> _bells = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _began;
    private readonly TimeSpan _worldBegan;
    private volatile bool _stopping;
    private TimeSpan _saidLate = TimeSpan.MinValue;

    /// <summary>Takes the world over: from now on only its own thread may touch it.</summary>
    public LiveWorld(SimulatedWorld world, TimeProvider time)
    {
        (_world, _time, _began, _worldBegan) = (world, time, time.GetTimestamp(), world.Time.Now);
        _timer = time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        new Thread(Loop) { Name = "world", IsBackground = true }.Start();
    }

    /// <summary>Ends when the world does: by <see cref="DisposeAsync"/>, or with the exception that something in it threw.</summary>
    public Task Running => _ended.Task;

    /// <summary>Does something to the world, soon. What it throws ends the world.</summary>
    /// <returns>false: it will not be done, because the world has ended or more than <see cref="MostPosted"/> wait.</returns>
    public bool Post(Action<IWorld> action) => Queue(ended =>
    {
        if (ended is null) action(_world);
    });

    /// <summary>Asks the world something. What the question throws comes back as the answer and harms nobody else.</summary>
    /// <returns>Faults with what ended the world, with <see cref="ObjectDisposedException"/> after its end, and with <see cref="InvalidOperationException"/> when too much waits.</returns>
    public Task<T> Ask<T>(Func<IWorld, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = Queue(ended =>
        {
            if (ended is not null) answer.TrySetException(ended);
            else Answer(question, answer);
        });
        if (!queued) answer.TrySetException(Refusal());
        return answer.Task;
    }

    /// <summary>Ends it, and waits until its thread has ended. What still waited is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Ring();
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private TimeSpan RealNow => _worldBegan + _time.GetElapsedTime(_began);

    private bool Queue(Action<Exception?> work)
    {
        if (!_posted.Writer.TryWrite(work)) return false;
        Ring();
        return true;
    }

    private void Answer<T>(Func<IWorld, T> question, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.TrySetResult(question(_world));
        }
#pragma warning disable CA1031 // it is told to who asked
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            answer.TrySetException(error);
        }
    }

    private Exception Refusal() => Running.IsFaulted ? Running.Exception!.InnerException!
        : Running.IsCompleted || _stopping ? new ObjectDisposedException(nameof(LiveWorld), "the world has ended")
        : new InvalidOperationException($"{MostPosted} things wait for the world already");

    private void Ring() => _wake.Release();

    private void Loop()
    {
        Exception? failure = null;
        try
        {
            while (!_stopping) Turn();
        }
#pragma warning disable CA1031 // told by the task, and to everybody who asks
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }
        _posted.Writer.TryComplete();
        while (_posted.Reader.TryRead(out var work)) work(failure ?? new ObjectDisposedException(nameof(LiveWorld), "the world has ended"));
        if (failure is null) _ended.TrySetResult();
        else _ended.TrySetException(failure);
    }

    private void Turn()
    {
        // what rings after this line rings again; what rang before is seen below
        while (_wake.Wait(TimeSpan.Zero)) { }
        var behind = RunDue();
        while (_posted.Reader.TryRead(out var work)) work(null);
        _world.Pump();
        Listen();
        if (behind || _stopping) return;
        if (_world.Time.Next is { } next)
        {
            var wait = next - RealNow;
            if (wait <= TimeSpan.Zero) return;
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
        _wake.Wait();
    }

    /// <returns>true: it is not done, more is due already.</returns>
    private bool RunDue()
    {
        var real = RealNow;
        if (_world.Time.Next is { } due && real - due > Late) SayLate(real - due);
        var until = real;
        if (real - _world.Time.Now > s_slice) until = _world.Time.Now + s_slice;
        _world.Time.RunUntil(until);
        return until < real;
    }

    private void SayLate(TimeSpan late)
    {
        if (_saidLate != TimeSpan.MinValue && _world.Time.Now - _saidLate < s_again) return;
        _saidLate = _world.Time.Now;
        _world.Happened?.Invoke(new Happening(_world.Time.Now, "world", $"this machine is {Sentences.Length(late)} behind: what needs the arbiter takes longer than it would", Tone.Plain));
    }

    /// <summary>Every link rings when something came over it, once until it was heard.</summary>
    private void Listen()
    {
        foreach (var (node, link) in _world.Links)
        {
            if (!_bells.TryGetValue(node, out var bell) || bell.Link != link) _bells[node] = bell = new LinkBell(link, Ring);
            bell.Arm();
        }
    }
}
