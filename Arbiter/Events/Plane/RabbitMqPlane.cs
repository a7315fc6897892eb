using System.Net.Sockets;
using Contracts.Bus;
using MassTransit;

namespace Arbiter.Events.Plane;

/// <summary>
/// The plane over RabbitMQ, on a connection of its own. Recovery is not the library's (3 to 30 s between attempts) but the caller's:
/// when anything of a session fails, the session ends.
/// </summary>
/// <param name="options">The address as for the steering link; the queue and the bindings are this room's own.</param>
internal sealed class RabbitMqPlane(Contracts.Bus.LinkOptions options, string replica, ILoggerFactory log) : IPlaneTransport
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(10);

    private readonly BrokerAddress _broker = BrokerAddress.Of(options.Uri);

    public string Place => $"{_broker.Host}:{_broker.Port}";

    /// <summary>A server that is away costs one packet, and the library is not woken for it.</summary>
    public async Task Reach(CancellationToken stopping)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_broker.Host, _broker.Port, stopping);
    }

    public async Task<PlaneSession> Open(IPlaneListener listener, CancellationToken stopping)
    {
        LogContext.ConfigureCurrentLogContext(new QuietLog(log));
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(b => Configure(b, listener));
        var ended = new Ending(Why);
        bus.ConnectReceiveEndpointObserver(ended);
        var start = bus.StartAsync(stopping);
        try
        {
            // the fault of an endpoint says why; the start itself would wait for the library's own attempts
            var first = await Task.WhenAny(start, ended.Reason).WaitAsync(s_start, stopping);
            if (first == ended.Reason) throw new PlaneRefused(await ended.Reason);
            await start;
            return new PlaneSession(bus, ended.Reason, () => bus.StopAsync(CancellationToken.None));
        }
        catch
        {
            Forget(start);
            Forget(bus.StopAsync(CancellationToken.None));
            throw;
        }
    }

    private void Configure(IRabbitMqBusFactoryConfigurator bus, IPlaneListener listener)
    {
        bus.Host(_broker.Host, (ushort)_broker.Port, _broker.VirtualHost, options.ClientName, host =>
        {
            host.Username(_broker.User);
            host.Password(options.Password);
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
            host.ContinuationTimeout(TimeSpan.FromSeconds(5));
            host.PublisherConfirmation = true;
            if (_broker.Tls) host.UseSsl(ssl => ssl.ServerName = _broker.Host);
        });
        PlaneTopology.Names(bus);
        // subscribers may bind before the first event
        bus.DeployPublishTopology = true;
        bus.Publish<VipEvent>(p => { p.ExchangeType = "topic"; p.Durable = true; p.AutoDelete = false; });
        bus.Publish<WarmUp>(p => { p.ExchangeType = "topic"; p.Durable = true; p.AutoDelete = false; });
        bus.OverrideDefaultBusEndpointQueueName(PlaneTopology.Queue(replica, "answers"));
        bus.ReceiveEndpoint(PlaneTopology.Queue(replica, "plane"), e =>
        {
            (e.Durable, e.AutoDelete, e.Exclusive) = (false, true, true);
            e.SetQueueArgument("x-queue-type", "classic");
            e.SetQueueArgument("x-max-length", PlaneTopology.MaxQueued);
            e.SetQueueArgument("x-max-length-bytes", PlaneTopology.MaxQueuedBytes);
            e.SetQueueArgument("x-overflow", "drop-head");
            e.SetQueueArgument("x-message-ttl", (int)PlaneTopology.Expires.TotalMilliseconds);
            PlaneTopology.Listen(e, listener);
        });
    }

    public string Why(Exception e) => ConnectReasons.Of(e, options, _broker.User, _broker.VirtualHost);

    private static void Forget(Task task) => _ = task.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>The first fault of any endpoint.</summary>
    private sealed class Ending(Func<Exception, string> why) : IReceiveEndpointObserver
    {
        private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Reason => _reason.Task;

        public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted)
        {
            _reason.TrySetResult(faulted.Exception is { } e ? why(e) : "an endpoint failed");
            return Task.CompletedTask;
        }
    }
}
