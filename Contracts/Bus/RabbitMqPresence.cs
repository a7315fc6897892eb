using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Contracts.Bus;

/// <summary>
/// Listens to <c>amq.rabbitmq.event</c> (plugin rabbitmq_event_exchange) over a connection of its own, so that whatever happens here never
/// disturbs the steering link. Without the plugin or the permission it says so once, and asks again every 30 s.
/// </summary>
/// <param name="options">Address, password, name and queue; its bindings and exchanges are not used.</param>
public sealed class RabbitMqPresence(LinkOptions options, TimeProvider time) : IBrokerPresence
{
    public const string Exchange = "amq.rabbitmq.event";
    private const string Closed = "connection.closed";
    private const string NameHeader = "user_provided_name";
    private const int EventsMost = 256;
    private const int NameMost = 256;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMost = TimeSpan.FromSeconds(30);

    private readonly BrokerAddress _address = BrokerAddress.Of(options.Uri);
    private readonly Channel<PresenceEvent> _events = Channel.CreateBounded<PresenceEvent>(
        new BoundedChannelOptions(EventsMost) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public ChannelReader<PresenceEvent> Events => _events.Reader;

    public async Task Run(CancellationToken stopping)
    {
        var pause = PauseFirst;
        string? told = null;
        while (!stopping.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var (listened, reason) = await Listen(stopping);
            if (stopping.IsCancellationRequested) return;
            if (listened) (pause, told) = (time.GetElapsedTime(began) > PauseMost ? PauseFirst : pause, null);
            if (told != reason) _events.Writer.TryWrite(new PresenceEvent.Unavailable(told = reason));
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < PauseMost ? pause * 2 : PauseMost;
        }
    }

    /// <summary>One connection, as long as it holds; whether it listened, and why it no longer does.</summary>
    private async Task<(bool Listened, string Reason)> Listen(CancellationToken stopping)
    {
        IConnection? connection = null;
        var listened = false;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(2 * ConnectTimeout);
            connection = await _address.Factory(options, ConnectTimeout).CreateConnectionAsync(options.ClientName, limit.Token).WaitAsync(limit.Token);
            var fallen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task Fell(ShutdownEventArgs reason)
            {
                fallen.TrySetResult(Why(reason));
                return Task.CompletedTask;
            }
            connection.ConnectionShutdownAsync += (_, reason) => Fell(reason);
            var channel = await connection.CreateChannelAsync(cancellationToken: limit.Token).WaitAsync(limit.Token);
            channel.ChannelShutdownAsync += (_, reason) => Fell(reason);
            await channel.QueueDeclareAsync(options.Queue, durable: false, exclusive: true, autoDelete: true, QueueLimits.Arguments(), cancellationToken: limit.Token)
                .WaitAsync(limit.Token);
            await channel.QueueBindAsync(options.Queue, Exchange, Closed, cancellationToken: limit.Token).WaitAsync(limit.Token);
            var consumer = new Consumer(channel, Heard, () => fallen.TrySetResult("the broker cancelled the consumer"));
            await channel.BasicConsumeAsync(options.Queue, autoAck: true, consumer, limit.Token).WaitAsync(limit.Token);
            listened = true;
            _events.Writer.TryWrite(new PresenceEvent.Listening());
            return (true, await fallen.Task.WaitAsync(stopping));
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason)
        {
            return (listened, Why(reason));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (listened, ConnectReasons.Of(e, options, _address.User, _address.VirtualHost));
        }
        finally
        {
            if (connection is not null)
            {
                using var limit = new CancellationTokenSource(ConnectTimeout);
                await connection.CloseAsync(200, "stopped", ConnectTimeout, abort: true, limit.Token).WaitAsync(ConnectTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await connection.DisposeAsync().AsTask().WaitAsync(ConnectTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private string Why(ShutdownEventArgs reason) => reason.ReplyCode == 404
        ? $"exchange {Exchange} is not in vhost '{_address.VirtualHost}': enable the plugin rabbitmq_event_exchange and set event_exchange.vhost = {_address.VirtualHost}"
        : ConnectReasons.Of(reason, options, _address.User, _address.VirtualHost);

    private void Heard(IReadOnlyBasicProperties properties)
    {
        if (properties.Headers is { } headers && headers.TryGetValue(NameHeader, out var value) && value is byte[] { Length: > 0 and <= NameMost } name)
            _events.Writer.TryWrite(new PresenceEvent.ConnectionClosed(Encoding.UTF8.GetString(name)));
    }

    /// <summary>The events have no body: everything is in the headers.</summary>
    private sealed class Consumer(IChannel channel, Action<IReadOnlyBasicProperties> heard, Action cancelled) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            heard(properties);
            return Task.CompletedTask;
        }

        public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            await base.HandleBasicCancelAsync(consumerTag, cancellationToken);
            cancelled();
        }
    }
}
