using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Contracts.Bus;

/// <summary>
/// Sends in order, at most 256 unconfirmed, without waiting for one confirm before the next publish. It gives up the channel when a write
/// does not end within the deadline, or when nothing is confirmed for three deadlines while something waits: the path is then dead.
/// </summary>
internal sealed class RabbitMqPublisher
{
    public const int MaxInFlight = 256;
    public const int MaxWaiting = 256;
    private const int DeadAfterDeadlines = 3;
    private static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(250);
    private static readonly string Expiration = QueueLimits.MaxAgeMs.ToString(CultureInfo.InvariantCulture);

    private readonly TimeSpan _deadline;
    private readonly string _user;
    private readonly TimeProvider _time;
    private readonly Action<Envelope, SendOutcome, string?> _settled;
    private readonly long _start;
    private readonly Outbox _outbox = new(MaxWaiting);
    private readonly InFlight _inFlight;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private int _woken;
    /// <summary>Ticks of the first publish since the newest confirm; -1 = everything heard.</summary>
    private long _silentSince = -1;
    private volatile bool _paused;
    private string? _failed;
    private IChannel? _channel;
    private ulong _number;

    public RabbitMqPublisher(TimeSpan deadline, string user, TimeProvider time, Action<Envelope, SendOutcome, string?> settled)
    {
        (_deadline, _user, _time, _settled, _start) = (deadline, user, time, settled, time.GetTimestamp());
        _inFlight = new InFlight(deadline, settled);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    public void Attach(IChannel channel)
    {
        _channel = channel;
        channel.BasicAcksAsync += (_, e) => Confirmed(() => _inFlight.Acked(e.DeliveryTag, e.Multiple));
        channel.BasicNacksAsync += (_, e) => Confirmed(() => _inFlight.Nacked(e.DeliveryTag, e.Multiple));
        channel.BasicReturnAsync += (_, e) => Returned(e);
    }

    public void Publish(Envelope envelope)
    {
        lock (_gate)
        {
            if (_failed is { } reason) _settled(envelope, SendOutcome.Failed, reason);
            else if (_outbox.Add(envelope) is { } gone) _settled(gone, SendOutcome.Failed, "gave way to a newer message: the queue is full");
        }
        Wake();
    }

    /// <summary>While the broker blocks us nothing is written: what waits to be sent fails, what waits for its confirm runs out of time.</summary>
    public void Pause(bool paused)
    {
        _paused = paused;
        Volatile.Write(ref _silentSince, -1);
        while (paused && _outbox.Take() is { } envelope) _settled(envelope, SendOutcome.Failed, "blocked by the broker");
        Wake();
    }

    /// <summary>Everything unsettled fails, and so does what comes later.</summary>
    public void Fail(string reason)
    {
        lock (_gate) _failed = reason;
        _inFlight.Fail(reason);
        while (_outbox.Take() is { } envelope) _settled(envelope, SendOutcome.Failed, reason);
    }

    /// <summary>Runs until cancelled or until the channel is of no use; returns why.</summary>
    public async Task<string> Run(CancellationToken cancel)
    {
        var channel = _channel!;
        try
        {
            while (true)
            {
                // a wake-up that comes while we look is kept for the next round
                var woken = await _wake.WaitAsync(_inFlight.Count > 0 ? Sweep : Timeout.InfiniteTimeSpan, cancel);
                if (woken) Interlocked.Exchange(ref _woken, 0);
                if (_inFlight.Expire(Now) > 0 && !_paused && SilentFor() > _deadline * DeadAfterDeadlines)
                    return $"no publish was confirmed for {(_deadline * DeadAfterDeadlines).TotalSeconds:0.###} s";
                while (!_paused && _inFlight.Count < MaxInFlight && _outbox.Take() is { } envelope)
                    await Send(channel, envelope, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return "stopped";
        }
        catch (TimeoutException)
        {
            return $"a publish could not be written within {_deadline.TotalSeconds:0.###} s";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"publishing failed: {e.Message}";
        }
    }

    private async ValueTask Send(IChannel channel, Envelope envelope, CancellationToken cancel)
    {
        var number = ++_number;
        var now = Now;
        Interlocked.CompareExchange(ref _silentSince, now.Ticks, -1);
        _inFlight.Add(number, envelope, now);
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Transient,
            Expiration = Expiration,
            UserId = _user,
            MessageId = number.ToString(CultureInfo.InvariantCulture),
        };
        if (envelope.KeyId is { } keyId)
            properties.Headers = new Dictionary<string, object?>(2) { [SteeringConsumer.KeyIdHeader] = keyId, [SteeringConsumer.SignatureHeader] = envelope.Signature.ToArray() };
        var sending = channel.BasicPublishAsync(envelope.Exchange, envelope.RoutingKey, mandatory: true, properties, envelope.Body, cancel);
        if (sending.IsCompletedSuccessfully) return;
        await sending.AsTask().WaitAsync(_deadline, _time, cancel);
    }

    private Task Confirmed(Action settle)
    {
        Volatile.Write(ref _silentSince, -1);
        var wasFull = _inFlight.Count >= MaxInFlight;
        settle();
        if (wasFull) Wake();
        return Task.CompletedTask;
    }

    private Task Returned(BasicReturnEventArgs e)
    {
        if (ulong.TryParse(e.BasicProperties.MessageId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            _inFlight.Returned(number, $"{e.ReplyCode} {e.ReplyText}");
        return Task.CompletedTask;
    }

    private TimeSpan SilentFor() => Volatile.Read(ref _silentSince) is >= 0 and var since ? Now - TimeSpan.FromTicks(since) : TimeSpan.Zero;

    private void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0) _wake.Release();
    }
}
