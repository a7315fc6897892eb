using Arbiter.Configuration;
using Arbiter.Events.Plane;
using Arbiter.History;
using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;
using Demo.Standing;

namespace Demo.Replicas;

/// <summary>What stands in for servers, shared by all replicas and by the agents: one broker, three servers of the quorum. And their faults.</summary>
internal sealed class Servers(TimeProvider time) : IAsyncDisposable
{
    private readonly InMemoryAcceptor[] _acceptors = [.. DemoSetup.Servers.Select(s => new InMemoryAcceptor(s))];
    private readonly InMemoryStreams[] _streams = [.. DemoSetup.Servers.Select(s => new InMemoryStreams(s))];
    private readonly InMemoryPlane _plane = new();

    public InMemoryBroker Broker { get; } = new(time);

    /// <summary>A fresh register, by the production seeder. Its wait over leases of the past costs nothing in fast motion.</summary>
    public async Task Seed(ArbiterOptions options, CancellationToken stopping)
    {
        var seeder = new QuorumSeeder(_acceptors, options.Cluster, LeaseSettings.From(options.Quorum), QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, time);
        var result = await seeder.Seed(_ => { }, stopping);
        if (!result.Seeded) throw new InvalidOperationException(result.Text);
    }

    /// <summary>Nobody reaches the server; it keeps what it has.</summary>
    public void SetServer(int index, bool away)
    {
        _acceptors[index].Fail(away ? "unreachable" : null);
        _streams[index].Away = away;
    }

    /// <summary>The broker is dead for the steering plane and for the event plane.</summary>
    public void SetBroker(bool down)
    {
        Broker.Down = down;
        _plane.Away = down;
    }

    public AcceptorSet Acceptors(Standstill standstill) => new([.. _acceptors.Select(a => new StandingAcceptor(a, standstill))]);

    public StreamServers Streams(Standstill standstill) => new([.. _streams.Select(s => new StandingStreams(s, standstill))]);

    public IPlaneTransport Plane(Standstill standstill) => new StandingPlane(_plane, standstill);

    /// <summary>A replica's link, with the bindings of the real one.</summary>
    public ISteeringLink Link(Standstill standstill) => new StandingLink(
        new InMemorySteeringLink(Broker, "arbiter", [new LinkBinding(Routes.HealthExchange, Routes.AllHealth), new LinkBinding(Routes.StateExchange, Routes.AllState)]), standstill);

    /// <summary>An agent's link, not connected yet.</summary>
    public ISteppedLink AgentLink(NodeId node) => new InMemorySteeringLink(Broker, node.Value, [new LinkBinding(Routes.OrderExchange, Routes.Order(node))]);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();
}
