using MassTransit;
using MassTransit.Transports.Fabric;

namespace Arbiter.Events.Plane;

/// <summary>The plane within one process: for the demo and for tests, and a broker that can be taken away. All replicas that share one of these hear each other.</summary>
internal sealed class InMemoryPlane : IPlaneTransport, IAsyncDisposable
{
    private const string Gone = "the broker is down";

    private readonly IBusControl _bus;
    private readonly Lazy<Task> _started;
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource<string>> _open = [];
    private bool _away;

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

    /// <summary>The broker is gone: every session ends, and none can be opened.</summary>
    public bool Away
    {
        get { lock (_gate) return _away; }
        set
        {
            TaskCompletionSource<string>[] ended = [];
            lock (_gate)
            {
                _away = value;
                if (value)
                {
                    ended = [.. _open];
                    _open.Clear();
                }
            }
            foreach (var session in ended) session.TrySetResult(Gone);
        }
    }

    public Task Reach(CancellationToken stopping) => Away ? Task.FromException(new PlaneRefused(Gone)) : Task.CompletedTask;

    public async Task<PlaneSession> Open(IPlaneListener listener, CancellationToken stopping)
    {
        await _started.Value.WaitAsync(stopping);
        var endpoint = _bus.ConnectReceiveEndpoint(PlaneTopology.Queue("memory", "plane"), e => PlaneTopology.Listen(e, listener));
        await endpoint.Ready.WaitAsync(stopping);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_away) ended.TrySetResult(Gone);
            else _open.Add(ended);
        }
        return new PlaneSession(_bus, ended.Task, () =>
        {
            lock (_gate) _open.Remove(ended);
            return endpoint.StopAsync(CancellationToken.None);
        });
    }

    public string Why(Exception e) => e.Message;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated) await _bus.StopAsync(TimeSpan.FromSeconds(2));
    }
}
