using System.Collections.Concurrent;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Lab;
using Lab.Configuration;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stage;

/// <summary>A place at the lab's real broker, under a real user: as an arbiter, or with the eyes of a node.</summary>
internal sealed class BusSeat : IAsyncDisposable
{
    private readonly Tunnel _tunnel;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly Task _reading;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BusSeat(Laboratory lab, string host, string passwordFile, string user, string queue, IReadOnlyList<LinkBinding> bindings)
    {
        _tunnel = new Tunnel(lab.Host(host), "mq", RabbitMq.Port);
        Link = new RabbitMqSteeringLink(new LinkOptions
        {
            Uri = new Uri($"amqp://{user}@127.0.0.1:{_tunnel.Port}/ha"),
            Password = lab.Host(host).Read(passwordFile)!.Trim(),
            ClientName = "end-to-end/" + user,
            Queue = queue,
            Bindings = bindings,
        }, TimeProvider.System, new Random(1));
        _running = Link.Run(_stopping.Token);
        _reading = Read();
    }

    public RabbitMqSteeringLink Link { get; }
    public MessageCodec Codec { get; } = new(ClusterName.Parse(ArbiterYaml.Cluster));

    /// <summary>Everything that came, with the time of its coming.</summary>
    public ConcurrentQueue<(long At, Envelope Envelope)> Received { get; } = new();

    /// <summary>Called for each on the reader's own turn.</summary>
    public Action<Envelope>? OnReceived { get; set; }

    /// <summary>Hears what both agents say and may order.</summary>
    public static Task<BusSeat> AsArbiter(Laboratory lab) => Seated(new BusSeat(lab, "arb1", ArbiterYaml.BrokerPasswordFile, "arbiter", "q.arbiter.test.e2e",
        [new LinkBinding(Routes.HealthExchange, Routes.AllHealth)]));

    /// <summary>Hears the orders to one balancer, beside its agent.</summary>
    public static Task<BusSeat> BesideAgent(Laboratory lab, string balancer) => Seated(new BusSeat(lab, balancer, AgentYaml.PasswordFile, balancer, $"q.agent.{balancer}.e2e",
        [new LinkBinding(Routes.OrderExchange, Routes.Order(NodeId.Parse(balancer)))]));

    public IReadOnlyList<(long At, Order Order)> Orders =>
        [.. Received.Select(item => (item.At, Codec.Decode<Order>(item.Envelope.Body.Span).Message)).Where(item => item.Message is not null).Select(item => (item.At, item.Message!))];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Link.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tunnel.DisposeAsync();
        _stopping.Dispose();
    }

    private static async Task<BusSeat> Seated(BusSeat seat)
    {
        await seat._connected.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return seat;
    }

    private async Task Read()
    {
        await foreach (var happened in Link.Events.ReadAllAsync(_stopping.Token))
        {
            if (happened is LinkEvent.Connected) _connected.TrySetResult();
            if (happened is LinkEvent.Disconnected lost) _connected.TrySetException(new LabError(lost.Reason));
            if (happened is not LinkEvent.Received received) continue;
            Received.Enqueue((Clock.Now, received.Envelope));
            OnReceived?.Invoke(received.Envelope);
        }
    }
}
