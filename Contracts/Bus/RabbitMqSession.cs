using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Contracts.Bus;

/// <summary>
/// One life of the link: both connections, the queue and the publisher, from the connect to the first thing that falls. It is then thrown
/// away whole. Its events come in this order: Connected, what is received and sent, blocked and unblocked, one Disconnected, nothing.
/// </summary>
internal sealed class RabbitMqSession
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly LinkOptions _options;
    private readonly BrokerAddress _address;
    private readonly LinkEvents _events;
    private readonly RabbitMqPublisher _publisher;
    private readonly TaskCompletionSource<string> _fallen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _state = new();
    private IConnection? _publish;
    private IConnection? _consume;
    private Task<string>? _publishing;
    private bool _live;
    private volatile string? _blocked;

    public RabbitMqSession(LinkOptions options, BrokerAddress address, TimeProvider time, LinkEvents events)
    {
        (_options, _address, _events) = (options, address, events);
        _publisher = new RabbitMqPublisher(options.ConfirmDeadline, address.User, time,
            (envelope, outcome, detail) => events.Add(new LinkEvent.Sent(envelope, outcome, detail)));
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
        foreach (var binding in _options.Bindings)
            await consuming.QueueBindAsync(_options.Queue, binding.Exchange, binding.RoutingKey, cancellationToken: cancel).WaitAsync(cancel);

        _publish = await factory.CreateConnectionAsync($"{_options.ClientName}/publish", cancel).WaitAsync(cancel);
        _publish.ConnectionShutdownAsync += (_, reason) => Fell(reason);
        _publish.ConnectionBlockedAsync += (_, e) => Blocked(e.Reason);
        _publish.ConnectionUnblockedAsync += (_, _) => Blocked(null);
        // the client's own tracking of confirms makes each publish wait for its confirm; the publisher keeps them itself
        var publishing = await _publish.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancel).WaitAsync(cancel);
        publishing.ChannelShutdownAsync += (_, reason) => Fell(reason);
        _publisher.Attach(publishing);

        await consuming.BasicConsumeAsync(_options.Queue, autoAck: true, new SteeringConsumer(consuming, Received), cancel).WaitAsync(cancel);
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
        _publishing = _publisher.Run(_over.Token);
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

    private async ValueTask Received(Envelope envelope)
    {
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
