using System.Collections.Immutable;
using MassTransit;

namespace Arbiter.Events.Plane;

/// <summary>
/// Keeps a session of the plane: opens one, watches it, opens the next. A broker that is away delays and stops nothing else. Whoever
/// wants to send while there is no session is told so at once: nothing is kept for later.
/// </summary>
internal sealed class PlaneKeeper(IPlaneTransport transport, IPlaneListener listener, TimeProvider time, Random random, ILogger<PlaneKeeper> log)
    : BackgroundService, IEventPlane
{
    /// <summary>The broker's confirm, by our own clock: the library does not heed its token in every state.</summary>
    public static readonly TimeSpan ConfirmDeadline = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(3);
    /// <summary>Sends that outlived their deadline and still hang in the library; more are not begun.</summary>
    public const int MaxOverdue = 8;
    /// <summary>Sends under way, those included.</summary>
    public const int MaxFlying = 256;

    private static readonly TimeSpan s_reach = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_close = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(5);

    private PlaneSession? _session;
    private PlaneStatus _status = new(false, "not connected yet");
    private TaskCompletionSource<string> _drop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Action> _watchers = [];
    private int _overdue;
    private int _flying;

    public string Place => transport.Place;

    public PlaneStatus Status => Volatile.Read(ref _status);

    public int Overdue => Volatile.Read(ref _overdue);

    /// <summary>Calls each time a session begins; it must return at once and not throw.</summary>
    public void Watch(Action up) => ImmutableInterlocked.Update(ref _watchers, w => w.Add(up));

    /// <summary>Null: the broker has it. Otherwise why not; after a deadline it may have it all the same.</summary>
    public Task<string?> Publish(VipEvent what, CancellationToken stopping) =>
        Send((session, deadline) => session.Publish(what, deadline), ConfirmDeadline, stopping);

    public Task<string?> Tell(NewsMessage news, CancellationToken stopping) =>
        Send((session, deadline) => session.Tell(news, deadline), ConfirmDeadline, stopping);

    /// <returns>The answer, or why there is none; <c>Sent</c> false: the question did not leave.</returns>
    public async Task<(PlaneAnswer? Answer, bool Sent, string Reason)> Ask(VerbRequest request, CancellationToken stopping)
    {
        PlaneAnswer? answer = null;
        var sent = Volatile.Read(ref _session) is not null && Overdue < MaxOverdue;
        var problem = await Send(async (session, deadline) => answer = await session.Ask(request, AskDeadline, deadline), AskDeadline, stopping);
        return (answer, sent, problem ?? "");
    }

    /// <summary>Ends the session, so that a new one is made: for a connection that is up and carries nothing.</summary>
    public void Drop(string reason) => Volatile.Read(ref _drop).TrySetResult(reason);

    private async Task<string?> Send(Func<PlaneSession, CancellationToken, Task> send, TimeSpan within, CancellationToken stopping)
    {
        if (Volatile.Read(ref _session) is not { } session) return Status.Reason;
        if (Overdue >= MaxOverdue) return $"{MaxOverdue} messages still wait for the broker at {transport.Place}";
        if (Interlocked.Increment(ref _flying) > MaxFlying)
        {
            Interlocked.Decrement(ref _flying);
            return $"{MaxFlying} messages are under way to the broker at {transport.Place}";
        }
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task? sending = null, late = null;
        try
        {
            // the token ends it in most states, the wait in every state
            deadline.CancelAfter(within);
            sending = send(session, deadline.Token);
            await sending.WaitAsync(within, time, stopping);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or RequestTimeoutException)
        {
            if (sending is { IsCompleted: false }) late = sending;
            return stopping.IsCancellationRequested ? "stopping" : $"the broker at {transport.Place} did not answer within {within.TotalSeconds:0.#} s";
        }
        catch (Exception e)
        {
            return transport.Why(e);
        }
        finally
        {
            if (late is not null) Outlived(late);
            else Interlocked.Decrement(ref _flying);
        }
    }

    private void Outlived(Task sending)
    {
        Interlocked.Increment(ref _overdue);
        _ = sending.ContinueWith(ended =>
        {
            // its outcome is of no use to anybody; looking at the exception keeps it from being reported as unseen
            _ = ended.Exception;
            Interlocked.Decrement(ref _overdue);
            Interlocked.Decrement(ref _flying);
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // the caller is the program's start
        await Task.Yield();
        var pause = s_first;
        while (!stoppingToken.IsCancellationRequested)
        {
            var since = time.GetTimestamp();
            try
            {
                Down(await Session(stoppingToken));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Down(e is PlaneRefused ? e.Message : transport.Why(e));
            }
            if (time.GetElapsedTime(since) > TimeSpan.FromSeconds(30)) pause = s_first;
            try
            {
                await Task.Delay(pause * (0.5 + random.NextDouble() / 2), time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            pause = pause * 2 < s_most ? pause * 2 : s_most;
        }
    }

    /// <summary>One session from its opening to its end; the reason of the end.</summary>
    private async Task<string> Session(CancellationToken stopping)
    {
        using (var reach = CancellationTokenSource.CreateLinkedTokenSource(stopping))
        {
            reach.CancelAfter(s_reach);
            await transport.Reach(reach.Token);
        }
        var session = await transport.Open(listener, stopping);
        try
        {
            _drop = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            await Warm(session, stopping);
            Volatile.Write(ref _session, session);
            Up();
            return await (await Task.WhenAny(session.Ended, _drop.Task).WaitAsync(stopping));
        }
        finally
        {
            Volatile.Write(ref _session, null);
            await Close(session);
        }
    }

    private async Task Warm(PlaneSession session, CancellationToken stopping)
    {
        try
        {
            await session.WarmUp(stopping).WaitAsync(ConfirmDeadline, time, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // the first event is late then; a broker in alarm is no reason to be without a session
            log.NotWarm(e.Message);
        }
    }

    private async Task Close(PlaneSession session)
    {
        var closing = session.Close();
        try
        {
            await closing.WaitAsync(s_close, time);
        }
        catch (Exception e)
        {
            log.NotClosed(e.Message);
            _ = closing.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Up()
    {
        Volatile.Write(ref _status, new PlaneStatus(true, "connected"));
        log.Up(transport.Place);
        foreach (var up in _watchers) up();
    }

    /// <summary>One line per change: the same reason again is no news.</summary>
    private void Down(string reason)
    {
        var before = Status;
        Volatile.Write(ref _status, new PlaneStatus(false, reason));
        if (before.Connected || before.Reason != reason) log.Down(reason);
    }
}
