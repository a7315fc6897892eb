using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Intake;
using Arbiter.Orders;
using Arbiter.Quorum;
using Arbiter.Tests.Core;
using Contracts.Bus;
using Envelope = Contracts.Bus.Envelope;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Groups;

/// <summary>Intake, groups and orders as the program wires them, between a link in memory, a fake register and two agents' links.</summary>
internal sealed class House : IAsyncDisposable
{
    private const string Key = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static readonly KeyRing Keys = KeyRing.Parse(Key);
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _running = [];

    private House(TimeProvider? decides)
    {
        Broker = new InMemoryBroker(TimeProvider.System);
        var options = new ArbiterOptions
        {
            Cluster = NodeModel.Cluster,
            Replica = "a1",
            RabbitMqUri = new Uri("amqp://arbiter@127.0.0.1:5672"),
            RabbitMqPassword = "unused",
            Quorum = new QuorumOptions { Redis = ["127.0.0.1:6379"] },
            ClusterKey = Key,
            HttpListen = "127.0.0.1:8080",
            Groups = [Group("web"), Group("mail")],
        };
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddProvider(Log));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRegister>(Register);
        services.AddSingleton<ISteeringLink>(new InMemorySteeringLink(Broker, "arbiter",
            [new LinkBinding(Routes.HealthExchange, Routes.AllHealth), new LinkBinding(Routes.StateExchange, Routes.AllState)]));
        services.AddGroups(options).AddOrders(options).AddIntake(options);
        if (decides is not null) services.AddSingleton(new ProcessClock(decides));
        _services = services.BuildServiceProvider();
    }

    public InMemoryBroker Broker { get; }
    public FakeRegister Register { get; } = new();
    public LinesSeen Log { get; } = new();
    public IStatusBoard Board => _services.GetRequiredService<IStatusBoard>();

    /// <param name="decides">The clock of decisions; null: the system's.</param>
    public static async Task<House> Start(TimeProvider? decides = null)
    {
        var house = new House(decides);
        foreach (var service in house._services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
            house._running.Add(service);
        }
        await house.Until(s => s.BusConnected && s.Groups.Length == 2);
        return house;
    }

    public Agent Connect(string node) => new(NodeId.Parse(node), Broker);

    /// <summary>The first picture that is as asked, within 30 s.</summary>
    public async Task<ClusterStatus> Until(Func<ClusterStatus, bool> asked)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var status = Board.Current;
        while (!asked(status)) status = await Board.Newer(status.Version, deadline.Token);
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _running) await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    private static GroupOptions Group(string name) => new()
    {
        Name = GroupName.Parse(name),
        Vips = ["172.20.0.248/16"],
        Members = [new MemberOptions(NodeId.Parse("lb1"), 2), new MemberOptions(NodeId.Parse("lb2"), 1)],
    };

    /// <summary>The link of an agent: what it would send, and the orders that it gets.</summary>
    internal sealed class Agent
    {
        private readonly InMemorySteeringLink _link;
        private readonly MessageCodec _codec = new(NodeModel.Cluster);
        private readonly MessageVerifier _verifier;

        public Agent(NodeId node, InMemoryBroker broker)
        {
            Model = new NodeModel(node, 240);
            Signer = new MessageSigner(Keys.DeriveNode(node), Direction.Agent);
            _verifier = new MessageVerifier(Keys.DeriveNode(node), Direction.Order);
            _link = new InMemorySteeringLink(broker, node.Value, [new LinkBinding(Routes.OrderExchange, Routes.Order(node))]);
            _link.Attach();
        }

        public NodeModel Model { get; }
        public MessageSigner Signer { get; set; }

        public HealthEvent Report(string group = "web")
        {
            var said = Model.Report(TimeSpan.FromSeconds(100), GroupName.Parse(group));
            _link.Publish(Signer.Sign(Routes.HealthExchange, Routes.Health(Model.Node), _codec.Encode(said)));
            return said;
        }

        public void Send(Envelope envelope) => _link.Publish(envelope);

        /// <summary>The first order that is as asked, within 30 s; each is verified and checked whole.</summary>
        public async Task<Order> Ordered(Func<Order, bool> asked)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await foreach (var happened in _link.Events.ReadAllAsync(deadline.Token))
                if (happened is LinkEvent.Received { Envelope: var e })
                {
                    Assert.Null(_verifier.Refusal(e));
                    var decoded = _codec.Decode<Order>(e);
                    Assert.True(decoded.Ok, decoded.Refusal);
                    if (asked(decoded.Message)) return decoded.Message;
                }
            throw new InvalidOperationException("the link ended");
        }

        public int Waiting()
        {
            var orders = 0;
            while (_link.Events.TryRead(out var happened)) orders += happened is LinkEvent.Received ? 1 : 0;
            return orders;
        }
    }

    /// <summary>Every log line, for tests that look for one.</summary>
    internal sealed class LinesSeen : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public string[] Lines { get { lock (_lines) return [.. _lines]; } }
        public ILogger CreateLogger(string categoryName) => this;
        public bool IsEnabled(LogLevel logLevel) => true;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public void Dispose() { }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines) _lines.Add(formatter(state, exception));
        }
    }
}
