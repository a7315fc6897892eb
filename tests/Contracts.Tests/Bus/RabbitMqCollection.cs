using Contracts.Bus;
using Contracts.Vocabulary;

namespace Contracts.Tests.Bus;

/// <summary>A real broker for tests of the real link: nodes lb1 and lb2, user arbiter, and the permissions of the real thing.</summary>
public sealed class Broker : IAsyncLifetime
{
    public const string Password = "s3cret-of-the-test";

    public RabbitMqServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RabbitMqServer.Start(new BrokerDefinitions()
        .AddNode(NodeId.Parse("lb1"), Password, "salt"u8)
        .AddNode(NodeId.Parse("lb2"), Password, "tlas"u8)
        .AddArbiter("arbiter", Password, "atls"u8));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(nameof(RabbitMqCollection))]
public sealed class RabbitMqCollection : ICollectionFixture<Broker>;
