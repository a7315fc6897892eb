using MassTransit;
using MassTransit.Transports.Fabric;

namespace Arbiter.Events.Plane;

/// <summary>The plane within one process: for the demo and for tests. All replicas that share one of these hear each other.</summary>
internal sealed class InMemoryPlane : IPlaneTransport, IAsyncDisposable
{
    private readonly IBusControl _bus;
    private readonly Lazy<Task> _started;

    public InMemoryPlane()
    {
        _bus = MassTransit.Bus.Factory.CreateUsingInMemory(bus =>
        {
            PlaneTopology.Names(bus);
            bus.Publish<VipEvent>(p => p.ExchangeType = ExchangeType.Topic);
            bus.Publish<WarmUp>(p => p.ExchangeType = ExchangeType.Topic);
        });
        _started = new Lazy<Task>(() => _bus.StartAsync());
    }

    public string Place => "memory";

    public IBusControl Bus => _bus;

    public Task Reach(CancellationToken stopping) => Task.CompletedTask;

    public async Task<PlaneSession> Open(IPlaneListener listener, CancellationToken stopping)
    {
        await _started.Value.WaitAsync(stopping);
        var endpoint = _bus.ConnectReceiveEndpoint(PlaneTopology.Queue("memory", "plane"), e => PlaneTopology.Listen(e, listener));
        await endpoint.Ready.WaitAsync(stopping);
        return new PlaneSession(_bus, new TaskCompletionSource<string>().Task, () => endpoint.StopAsync(CancellationToken.None));
    }

    public string Why(Exception e) => e.Message;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated) await _bus.StopAsync(TimeSpan.FromSeconds(2));
    }
}
