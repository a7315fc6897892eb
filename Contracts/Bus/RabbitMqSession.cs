using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Contracts.Bus;

/// <summary>
/// One life of the link: both connections, the queue and the publisher, from the connect to the first thing that falls. It is then thrown
/// away whole. Its events come in this order: Connected, what is received and sent, blocked and unblocked, one Disconnected,
/// and the failures of what was not settled.
/// </summary>
internal sealed class RabbitMqSession
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly LinkOptions _options;
    private readonly BrokerAddress _address;
    private readonly LinkEvents _events;
    private readonly Canary _canary;
    private readonly TimeProvider _time;
    private readonly string _canaryKey;
    private readonly RabbitMqPublisher _publisher;
    private readonly TaskCompletionSource<string> _fallen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _state = new();
    private IConnection? _publish;
    private IConnection? _consume;
    private Task<string>? _publishing;
    private Task _watching = Task.CompletedTask;
    private bool _live;
    private volatile string? _blocked;
    private volatile string _lastCanary = "";

    public RabbitMqSession(LinkOptions options, BrokerAddress address, TimeProvider time, LinkEvents events, Canary canary)
    {
        (_options, _address, _time, _events, _canary) = (options, address, time, events, canary);
        _canaryKey = Wire.Routes.Canary(address.User);
        _publisher = new RabbitMqPublisher(options.ConfirmDeadline, address.User, time,
            Settled);
    }

    /// <summary>What the broker itself gave as the reason, when it did: clearer than what an interrupted call throws.</summary>
    public Exception? Cause { get; private set; }

    /// <summary>Connects both, declares and binds the queue, starts to consume. Throws what went wrong; no event is given before <see cref="Announce"/>.</summary>
    public async Task Open(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(2 * ConnectTimeout);
        var cancel = limit.Token;
        var factory = _address.Factory(_options, ConnectTimeout);

        _consume = await factory.CreateConnectionAsync($"{_options.ClientName}/consume", cancel).WaitAsync(cancel);
        _consume.ConnectionShutdownAsync += (_, reason) => Fell(reason);
        var consuming = await _consume.CreateChannelAsync(cancellationToken: cancel).WaitAsync(cancel);
        consuming.ChannelShutdownAsync += (_, reason) => Fell(reason);
        if (_options.DeclareExchanges)
            foreach (var exchange in Wire.Routes.SteeringExchanges)
                await consuming.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: cancel).WaitAsync(cancel);
        await consuming.QueueDeclareAsync(_options.Queue, durable: false, exclusive: true, autoDelete: true,
            QueueLimits.Arguments(), cancellationToken: cancel).WaitAsync(cancel);
        await consuming.QueueBindAsync(_options.Queue, Wire.Routes.CanaryExchange, _canaryKey, cancellationToken: cancel).WaitAsync(cancel);

        _publish = await factory.CreateConnectionAsync($"{_options.ClientName}/publish", cancel).WaitAsync(cancel);
        _publish.ConnectionShutdownAsync += (_, reason) => Fell(reason);
        _publish.ConnectionBlockedAsync += (_, e) => Blocked(e.Reason);
        _publish.ConnectionUnblockedAsync += (_, _) => Blocked(null);
        // the client's own tracking of confirms makes each publish wait for its confirm; the publisher keeps them itself
        var publishing = await _publish.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancel).WaitAsync(cancel);
        publishing.ChannelShutdownAsync += (_, reason) => Fell(reason);
        _publisher.Attach(publishing);

        await consuming.BasicConsumeAsync(_options.Queue, autoAck: true, new SteeringConsumer(consuming, Received, Cancelled), cancel).WaitAsync(cancel);
        await ProvePath(cancel);
        // only now, so that nothing that waits for Connected stands before the canary
        foreach (var binding in _options.Bindings)
            await consuming.QueueBindAsync(_options.Queue, binding.Exchange, binding.RoutingKey, cancellationToken: cancel).WaitAsync(cancel);
    }

    /// <summary>Gives the Connected event and lets publishes and what was received meanwhile pass.</summary>
    public void Announce()
    {
        lock (_state)
        {
            if (_fallen.Task.IsCompleted) throw Cause ?? new InvalidOperationException(_fallen.Task.Result);
            _live = true;
            if (_blocked is { } reason) _events.Add(new LinkEvent.Disconnected($"blocked by the broker: {reason}"));
            else _events.Add(new LinkEvent.Connected());
        }
        _watching = Watch(_over.Token);
        _announced.TrySetResult();
    }

    public void Publish(Envelope envelope)
    {
        if (_blocked is { } reason) _events.Add(new LinkEvent.Sent(envelope, SendOutcome.Failed, $"blocked by the broker: {reason}"));
        else _publisher.Publish(envelope);
    }

    /// <summary>Completes with the reason when the first part falls; Disconnected has then been given.</summary>
    public async Task<string> Closed(CancellationToken stopping)
    {
        var first = await Task.WhenAny(_fallen.Task, _publishing!).WaitAsync(stopping);
        if (first == _publishing) End(await first);
        return await _fallen.Task;
    }

    /// <summary>Closes both connections, politely but not for long; everything that is unsettled fails.</summary>
    public async Task TearDown()
    {
        End("stopped");
        await _over.CancelAsync();
        _announced.TrySetCanceled();
        if (_publishing is { } publishing) await publishing;
        await _watching;
        _publisher.Fail(_fallen.Task.Result);
        await Task.WhenAll(Close(_publish), Close(_consume));
        _over.Dispose();
    }

    private static async Task Close(IConnection? connection)
    {
        if (connection is null) return;
        using var limit = new CancellationTokenSource(CloseTimeout);
        var closing = connection.CloseAsync(200, "stopped", CloseTimeout, abort: true, limit.Token);
        await closing.WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().AsTask().WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Connected is said of a path that was seen to work. A blocked one is known to be there, and is said to be blocked.</summary>
    private async Task ProvePath(CancellationToken cancel)
    {
        _canary.Begin();
        _publishing = _publisher.Run(_over.Token);
        SendCanary();
        try
        {
            await Task.WhenAny(_proven.Task, _fallen.Task, _publishing).WaitAsync(ConnectTimeout, _time, cancel);
        }
        catch (TimeoutException)
        {
            throw new CanaryLostException(_canary.Judge() >= Canary.DeadMisses
                ? $"the path stays dead: canaries on {Wire.Routes.CanaryExchange} do not come back over new connections either ({_lastCanary}); trying on"
                : $"connected, but no canary came back through queue {_options.Queue} ({_lastCanary})");
        }
        if (_fallen.Task.IsCompleted) throw Cause ?? new InvalidOperationException(_fallen.Task.Result);
        if (_publishing.IsCompleted) throw new InvalidOperationException(await _publishing);
    }

    /// <summary>
    /// Each has half a period to come back, and a later one still ends the misses: three in a row are known 5 to 7 s after the path died
    /// without a word.
    /// </summary>
    private async Task Watch(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(_options.CanaryEvery / 2, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested) return;
            if (_blocked is not null) _canary.Forgive();
            var misses = _canary.Judge();
            if (misses >= Canary.MostMisses)
            {
                _canary.Rebuilt();
                End($"{misses} canaries in a row did not come back through queue {_options.Queue} ({_lastCanary}): both connections are made anew");
                return;
            }
            await Task.Delay(_options.CanaryEvery / 2, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested) return;
            if (_blocked is null) SendCanary();
        }
    }

    private void SendCanary() => _publisher.Publish(Wire.MessageSigner.Unsigned(Wire.Routes.CanaryExchange, _canaryKey, _canary.Next()));

    private void Settled(Envelope envelope, SendOutcome outcome, string? detail)
    {
        if (envelope.Exchange != Wire.Routes.CanaryExchange) _events.Add(new LinkEvent.Sent(envelope, outcome, detail));
        else _lastCanary = outcome switch
        {
            SendOutcome.Confirmed => "the newest was confirmed: what fails is the way in",
            SendOutcome.Returned => "the newest was returned: the queue or its binding is gone",
            _ => $"the newest was not confirmed: {detail}",
        };
    }

    private void Cancelled() => End($"the broker cancelled the consumer of queue {_options.Queue}: the queue was deleted, or the broker's node that had it is gone");

    private async ValueTask Received(Envelope envelope)
    {
        if (envelope.Exchange == Wire.Routes.CanaryExchange)
        {
            if (_canary.Returned(envelope.Body.Span)) _proven.TrySetResult();
            return;
        }
        if (!_announced.Task.IsCompleted) await _announced.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_state)
            if (_live) _events.Add(new LinkEvent.Received(envelope));
    }

    private Task Fell(ShutdownEventArgs reason)
    {
        lock (_state)
            if (!_fallen.Task.IsCompleted) Cause = new RabbitMQ.Client.Exceptions.OperationInterruptedException(reason);
        End(ConnectReasons.Of(reason, _options, _address.User, _address.VirtualHost));
        return Task.CompletedTask;
    }

    /// <summary>The broker has an alarm: connected, and deaf to us. Received messages still come in.</summary>
    private Task Blocked(string? reason)
    {
        lock (_state)
        {
            var was = _blocked;
            _blocked = reason;
            if (reason is not null) _proven.TrySetResult();
            if (_live && was is null != reason is null)
                _events.Add(reason is null ? new LinkEvent.Connected() : new LinkEvent.Disconnected($"blocked by the broker: {reason}"));
        }
        _publisher.Pause(reason is not null);
        return Task.CompletedTask;
    }

    private void End(string reason)
    {
        lock (_state)
        {
            if (!_fallen.TrySetResult(reason) || !_live) return;
            _live = false;
            if (_blocked is null || reason != "stopped") _events.Add(new LinkEvent.Disconnected(reason));
        }
    }
}
