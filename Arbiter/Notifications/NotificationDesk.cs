using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Notifications.Delivery;
using Arbiter.Quorum;
using Contracts.Hosting;

namespace Arbiter.Notifications;

/// <summary>
/// Runs the deliveries: one inbox, one reader. Attempts and searches run beside it and come back as inputs; nothing here ever waits for
/// a receiver, and nothing else ever waits for this.
/// </summary>
internal sealed partial class NotificationDesk : BackgroundService
{
    private const int InboxMost = 1024;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_show = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_search = TimeSpan.FromSeconds(10);

    private readonly Deliveries _deliveries;
    private readonly ImmutableDictionary<string, IReceiver> _receivers;
    private readonly IRegister _register;
    private readonly IHistory? _history;
    private readonly ProcessClock _clock;
    private readonly DeliveryMeters? _meters;
    private readonly ILiveness? _liveness;
    private readonly ILogger<NotificationDesk> _log;
    private readonly Channel<DeliveryInput> _inbox = Channel.CreateBounded<DeliveryInput>(new BoundedChannelOptions(InboxMost) { SingleReader = true });
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _underWay = [];
    private readonly ConcurrentDictionary<long, TaskCompletionSource<ImmutableArray<Redelivery>>> _asked = [];
    private ImmutableArray<RecipientPicture> _shown;
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private OutboxPicture? _taken;
    private TimeSpan _shownAt = -s_show;
    private long _asks;

    public NotificationDesk(
        DeliverySettings settings, IEnumerable<IReceiver> receivers, IRegister register, IHistory? history, ProcessClock clock,
        ILogger<NotificationDesk> log, ILiveness? liveness = null, System.Diagnostics.Metrics.IMeterFactory? meters = null)
    {
        _receivers = receivers.ToImmutableDictionary(r => r.Name);
        (_register, _history, _clock, _log, _liveness) = (register, history, clock, log, liveness);
        _deliveries = new Deliveries(settings with { HasHistory = history is not null });
        _shown = _deliveries.Show();
        _meters = meters is null ? null : new DeliveryMeters(meters, () => Shown.Select(r => (r.Name, r.Waiting, r.DeadTotal)));
        register.Watch(Take);
        foreach (var name in _receivers.Keys) _receivers[name].Watch(() => Back(name));
    }

    /// <summary>When the inbox is full it is not said: what waits is tried on its schedule.</summary>
    private void Back(string receiver) => _inbox.Writer.TryWrite(new DeliveryInput.Back(_clock.Now, _clock.Time.GetUtcNow(), receiver));

    /// <summary>As of the last input.</summary>
    public ImmutableArray<RecipientPicture> Shown => ImmutableInterlocked.InterlockedCompareExchange(ref _shown, default, default);

    public OutboxPicture Picture => Volatile.Read(ref _picture);

    /// <summary>From the register's loop. Only the newest picture counts; when the inbox is full the next tick brings it.</summary>
    private void Take(OutboxPicture picture)
    {
        Volatile.Write(ref _picture, picture);
        _inbox.Writer.TryWrite(new DeliveryInput.Tick(_clock.Now, _clock.Time.GetUtcNow()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_receivers.IsEmpty) return;
        await foreach (var ended in Task.WhenEach(Turn(stoppingToken), Ticks(stoppingToken))) await ended;
    }

    private async Task Ticks(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_tick, _clock.Time);
        // one that finds the inbox full is not missed: whatever stands in there moves things on as well
        while (await timer.WaitForNextTickAsync(stopping)) _inbox.Writer.TryWrite(new DeliveryInput.Tick(_clock.Now, _clock.Time.GetUtcNow()));
    }

    private async Task Turn(CancellationToken stopping)
    {
        using var heart = _liveness?.Register("notifications", s_deadline);
        await foreach (var input in _inbox.Reader.ReadAllAsync(stopping))
        {
            try
            {
                var newest = Picture;
                if (newest != _taken) Advance(new DeliveryInput.Picture(input.Now, input.Utc, newest), stopping);
                _taken = newest;
                Advance(input, stopping);
                heart?.Beat();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                TurnFailed(_log, e, input.GetType().Name);
            }
        }
    }

    private void Advance(DeliveryInput input, CancellationToken stopping)
    {
        foreach (var effect in _deliveries.Advance(input)) Do(effect, stopping);
        // with thousands waiting the picture costs more than the step
        if (input.Now - _shownAt < s_show) return;
        _shownAt = input.Now;
        ImmutableInterlocked.InterlockedExchange(ref _shown, _deliveries.Show());
    }

    private void Do(DeliveryEffect effect, CancellationToken stopping)
    {
        switch (effect)
        {
            case DeliveryEffect.Send e: _ = Attempt(e, stopping); break;
            case DeliveryEffect.Abandon e:
                foreach (var id in e.Attempts)
                    if (_underWay.TryGetValue(id, out var under)) under.Cancel();
                break;
            case DeliveryEffect.Wish e: _register.Wish(e.What); break;
            case DeliveryEffect.Search e: _ = Search(e, stopping); break;
            case DeliveryEffect.Count e: _meters?.Add(e); break;
            case DeliveryEffect.Answer e: if (_asked.TryRemove(e.Ask, out var asked)) asked.TrySetResult(e.Receivers); break;
            case DeliveryEffect.Say { Loudness: Loudness.Error } e: Said(_log, LogLevel.Error, e.Receiver, e.Text); break;
            case DeliveryEffect.Say { Loudness: Loudness.Warning } e: Said(_log, LogLevel.Warning, e.Receiver, e.Text); break;
            case DeliveryEffect.Say e: Said(_log, LogLevel.Information, e.Receiver, e.Text); break;
            default: throw new InvalidOperationException($"unknown effect {effect.GetType().Name}");
        }
    }

    private async Task Attempt(DeliveryEffect.Send send, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _underWay[send.Id] = end;
        DeliveryOutcome outcome;
        try
        {
            // what an attempt does before its first wait is not the loop's time
            await Task.Yield();
            outcome = await _receivers[send.Receiver].Deliver(send.Event, send.Attempt, end.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            outcome = new DeliveryOutcome(DeliveryResult.Failed, $"no attempt could be made: {e.GetType().Name}");
        }
        _underWay.TryRemove(send.Id, out _);
        await Post(new DeliveryInput.Ended(_clock.Now, _clock.Time.GetUtcNow(), send.Id, outcome), stopping);
    }

    private async Task Search(DeliveryEffect.Search search, CancellationToken stopping)
    {
        ImmutableArray<RecordedEvent> found = [];
        try
        {
            found = await _history!.Find(search.Generation, search.First, search.Last, stopping).WaitAsync(s_search, _clock.Time, stopping);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SearchFailed(_log, search.First, search.Last, e.Message);
        }
        await Post(new DeliveryInput.Found(_clock.Now, _clock.Time.GetUtcNow(), search, found), stopping);
    }

    /// <summary>What became of an event that is to be sent again.</summary>
    public async Task<ImmutableArray<Redelivery>> Again(RecordedEvent what, string? receiver, CancellationToken stopping)
    {
        var ask = Interlocked.Increment(ref _asks);
        var answer = new TaskCompletionSource<ImmutableArray<Redelivery>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[ask] = answer;
        try
        {
            await Post(new DeliveryInput.Redeliver(_clock.Now, _clock.Time.GetUtcNow(), ask, what, receiver), stopping);
            return await answer.Task.WaitAsync(s_deadline, _clock.Time, stopping);
        }
        finally
        {
            _asked.TryRemove(ask, out _);
        }
    }

    /// <summary>One attempt outside of all lanes.</summary>
    public async Task<(DeliveryOutcome How, TimeSpan Took)> Try(string receiver, RecordedEvent what, CancellationToken stopping)
    {
        var from = _clock.Now;
        var outcome = await _receivers[receiver].Deliver(what, new DeliveryAttempt(1, Recorded: false), stopping);
        var took = _clock.Now - from;
        Said(_log, LogLevel.Information, receiver, $"test {outcome.Result}: {outcome.Detail}");
        if (outcome.Result == DeliveryResult.Delivered) await Post(new DeliveryInput.Reached(_clock.Now, _clock.Time.GetUtcNow(), receiver), stopping);
        return (outcome, took);
    }

    private async Task Post(DeliveryInput input, CancellationToken stopping)
    {
        try
        {
            await _inbox.Writer.WriteAsync(input, stopping);
        }
        catch (OperationCanceledException)
        {
            // stopping: the next leader goes on from the register
        }
    }

    [LoggerMessage(EventId = 2501, Message = "Receiver {Receiver}: {Text}")]
    private static partial void Said(ILogger log, LogLevel level, string receiver, string text);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Error, Message = "A {Input} of the notifications was left out; report this as a defect")]
    private static partial void TurnFailed(ILogger log, Exception e, string input);

    [LoggerMessage(EventId = 2503, Level = LogLevel.Warning, Message = "The history was not read for the events {First} to {Last}: {Reason}")]
    private static partial void SearchFailed(ILogger log, long first, long last, string reason);
}
