using System.Text;
using Arbiter.Events.Plane;
using Contracts.Bus;
using Contracts.Tests.Bus;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using System.Threading.Channels;

namespace Arbiter.Tests.Events;

/// <summary>A real broker with the permissions of the real thing: the arbiters' user, a node and a subscriber.</summary>
public sealed class EventBroker : IAsyncLifetime
{
    public const string Password = "s3cret-of-the-test";

    public RabbitMqServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RabbitMqServer.Start(new BrokerDefinitions()
        .AddArbiter("arbiter", Password, "atls"u8)
        .AddNode(NodeId.Parse("lb1"), Password, "salt"u8)
        .AddSubscriber("billing", Password, "last"u8));

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    internal Replica Replica(string name, string? leader, params Arbiter.Events.IVerb[] verbs) => new(name, leader, Transport(name), verbs);

    internal Func<ILoggerFactory, IPlaneTransport> Transport(string name, string password = Password) => log => new RabbitMqPlane(
        new LinkOptions { Uri = Server.UriFor("arbiter"), Password = password, ClientName = $"arbiter-events/{name}", Queue = "", Bindings = [] }, name, log);

    public Task<IConnection> Connect(string user) => new ConnectionFactory
    {
        HostName = "127.0.0.1", Port = Server.Port, UserName = user, Password = Password, AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync();
}

[CollectionDefinition(nameof(EventBrokerCollection))]
public sealed class EventBrokerCollection : ICollectionFixture<EventBroker>;

/// <summary>A program of somebody else: nothing but RabbitMQ.Client.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly Channel<Got> _got = Channel.CreateUnbounded<Got>();

    private Subscriber(IConnection connection) => _connection = connection;

    public sealed record Got(string Key, string Body, string? MessageId, string? ContentType, bool Persistent, string[] Headers);

    public static async Task<Subscriber> Start(EventBroker broker, params string[] keys)
    {
        var subscriber = new Subscriber(await broker.Connect("billing"));
        var channel = await subscriber._connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync($"q.subscriber.billing.{System.Security.Cryptography.RandomNumberGenerator.GetHexString(12, lowercase: true)}", durable: false, exclusive: true, autoDelete: true)).QueueName;
        foreach (var key in keys) await channel.QueueBindAsync(queue, "vip.events", key);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, d) =>
        {
            subscriber._got.Writer.TryWrite(new Got(d.RoutingKey, Encoding.UTF8.GetString(d.Body.Span), d.BasicProperties.MessageId, d.BasicProperties.ContentType,
                d.BasicProperties.Persistent, [.. d.BasicProperties.Headers?.Keys ?? []]));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return subscriber;
    }

    public async Task<Got> Next() => await _got.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public int Waiting => _got.Reader.Count;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
