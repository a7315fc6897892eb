using System.Diagnostics;
using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Contracts.Tests.Bus;

[Collection(nameof(RabbitMqCollection))]
[Trait("tier", "integration")]
public sealed class RabbitMqPresenceTests(Broker broker)
{
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");

    private static LinkOptions Options(Uri uri, string name, string queue) => new() { Uri = uri, Password = Broker.Password, ClientName = name, Queue = queue, Bindings = [] };

    private static async Task<PresenceEvent> Next(ChannelReader<PresenceEvent> events, double seconds = 30)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return await events.ReadAsync(limit.Token);
    }

    [Fact]
    public async Task The_end_of_an_agents_connection_is_told_within_milliseconds_with_its_name()
    {
        await using var server = await RabbitMqServer.Start(
            new BrokerDefinitions("ha").AddNode(Lb1, Broker.Password, "salt"u8).AddArbiter("arbiter", Broker.Password, "tlas"u8),
            "rabbitmq_event_exchange", "event_exchange.vhost = ha");
        using var stop = new CancellationTokenSource();
        var presence = new RabbitMqPresence(Options(server.UriFor("arbiter", "ha"), "arbiter/a/presence", Routes.ArbiterQueue("a", "x.presence")), TimeProvider.System);
        var running = presence.Run(stop.Token);
        Assert.IsType<PresenceEvent.Listening>(await Next(presence.Events));

        await using var arbiter = new LinkProbe(new RabbitMqSteeringLink(
            Options(server.UriFor("arbiter", "ha"), "arbiter/a", Routes.ArbiterQueue("a", "y")) with { DeclareExchanges = true }, TimeProvider.System, new Random(1)));
        await arbiter.Connected();
        await using var proxy = new SwallowingProxy(server.Port);
        var uri = new Uri($"amqp://lb1@127.0.0.1:{proxy.Port}/ha");
        var agent = new LinkProbe(new RabbitMqSteeringLink(
            Options(uri, ClientNames.Agent(Lb1, "8c2f"), Routes.AgentQueue(Lb1, "8c2f")), TimeProvider.System, new Random(1)));
        await agent.Connected();
        var clock = Stopwatch.StartNew();
        // both ends of its sockets go, as when it is killed
        await proxy.DisposeAsync();
        var closed = Assert.IsType<PresenceEvent.ConnectionClosed>(await Next(presence.Events));
        TestContext.Current.TestOutputHelper?.WriteLine($"told after {clock.Elapsed.TotalMilliseconds:0.0} ms: {closed.ClientName}");
        Assert.True(ClientNames.TryParseAgent(closed.ClientName, out var node, out var process), closed.ClientName);
        Assert.Equal((Lb1, "8c2f"), (node, process));
        await agent.DisposeAsync();
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Without_the_plugin_it_says_so_once_and_the_steering_link_does_not_notice()
    {
        using var stop = new CancellationTokenSource();
        var presence = new RabbitMqPresence(Options(broker.Server.UriFor("arbiter"), "arbiter/a/presence", Routes.ArbiterQueue("a", "z.presence")), TimeProvider.System);
        await using var arbiter = new LinkProbe(new RabbitMqSteeringLink(
            Options(broker.Server.UriFor("arbiter"), "arbiter/a", Routes.ArbiterQueue("a", "z")) with { DeclareExchanges = true }, TimeProvider.System, new Random(1)));
        await arbiter.Connected();
        var running = presence.Run(stop.Token);
        var reason = Assert.IsType<PresenceEvent.Unavailable>(await Next(presence.Events)).Reason;
        TestContext.Current.TestOutputHelper?.WriteLine(reason);
        Assert.Contains("enable the plugin rabbitmq_event_exchange", reason, StringComparison.Ordinal);
        // tried again after 1 s, and nothing said
        await Task.Delay(1500);
        Assert.False(presence.Events.TryRead(out _));
        Assert.False(arbiter.Link.Events.TryRead(out _));
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("arbiter-agent/lb1/8c2f/publish", true)]
    [InlineData("arbiter-agent/lb1/8c2f/consume", true)]
    [InlineData("arbiter-agent/lb1/8c2f", false)]
    [InlineData("arbiter-agent/lb1//publish", false)]
    [InlineData("arbiter-agent/LB1/8c2f/publish", false)]
    [InlineData("arbiter-agent/lb1/8c2f/publish/more", false)]
    [InlineData("arbiter/a/presence", false)]
    [InlineData("", false)]
    public void A_name_is_an_agents_or_it_is_not(string name, bool agents) => Assert.Equal(agents, ClientNames.TryParseAgent(name, out _, out _));
}
