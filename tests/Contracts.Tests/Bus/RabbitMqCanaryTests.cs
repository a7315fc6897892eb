using System.Diagnostics;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Contracts.Tests.Bus;

/// <summary>
/// A path that dies without a word is noticed, and made anew. A broker of its own: what is waited for here is waited for beside the other tests of the link.
/// </summary>
[Trait("tier", "integration")]
public sealed class RabbitMqCanaryTests(Broker broker) : IClassFixture<Broker>
{
    /// <summary>Above what the canaries need (docs/wire.md) by what a busy machine takes, and below the two heartbeats that would notice it without them.</summary>
    private const double NoticedWithin = 15;
    /// <summary>Three that are late by half of this each, and the connections would be made anew.</summary>
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(600);
    private static int _process;

    private LinkOptions Options(string user, int? port = null) => new()
    {
        Uri = new Uri($"amqp://{user}@127.0.0.1:{port ?? broker.Server.Port}/"),
        Password = Broker.Password,
        ClientName = $"canary-test/{user}",
        Queue = user == "arbiter" ? Routes.ArbiterQueue("a", $"c{Interlocked.Increment(ref _process)}") : Routes.AgentQueue(NodeId.Parse(user), $"c{Interlocked.Increment(ref _process)}"),
        Bindings = user == "arbiter" ? [new(Routes.HealthExchange, Routes.AllHealth)] : [new(Routes.OrderExchange, Routes.Order(NodeId.Parse(user)))],
        DeclareExchanges = user == "arbiter",
        ReconnectMost = TimeSpan.FromSeconds(1),
    };

    private static LinkProbe Run(LinkOptions options) => new(new RabbitMqSteeringLink(options, TimeProvider.System, new Random(3)));

    private static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private async Task<LinkProbe> Arbiter()
    {
        var arbiter = Run(Options("arbiter"));
        await arbiter.Connected();
        return arbiter;
    }

    [Fact]
    public async Task Canaries_come_back_within_milliseconds_and_are_nobody_elses_business()
    {
        await using var arbiter = await Arbiter();
        await using var other = await Arbiter();
        await using var agent = Run(Options("lb1") with { CanaryEvery = s_often });
        await agent.Connected();
        var first = agent.Link.Health;
        Assert.NotNull(first.CanaryMs);
        var second = await agent.Healthy(h => h.CanaryMs != first.CanaryMs);
        var third = await agent.Healthy(h => h.CanaryMs != second.CanaryMs && h.Misses == 0);
        Tell($"round trip: {first.CanaryMs:0.0} ms at the connect, {second.CanaryMs:0.0} and {third.CanaryMs:0.0} ms after it");
        Assert.Equal(0, third.Rebuilds);
        arbiter.Send(Routes.OrderExchange, "order.lb1", "an order");
        await agent.Next<LinkEvent.Received>();
        // the first and only things it heard of
        Assert.Equal([typeof(LinkEvent.Connected), typeof(LinkEvent.Received)], agent.Seen.Select(e => e.GetType()));
        await other.Healthy(h => h.Misses == 0);
    }

    [Fact]
    public async Task A_queue_deleted_under_the_consumer_is_noticed_at_once()
    {
        await using var arbiter = await Arbiter();
        var options = Options("lb1");
        await using var agent = Run(options);
        await agent.Connected();
        await broker.Server.Ctl("eval", $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{options.Queue}\">>)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).");
        Assert.Contains("cancelled the consumer", (await agent.Next<LinkEvent.Disconnected>()).Reason, StringComparison.Ordinal);
        await agent.Connected();
        arbiter.Send(Routes.OrderExchange, "order.lb1", "again");
        Assert.Equal("again", LinkProbe.Text(await agent.Next<LinkEvent.Received>()));
    }

    [Fact]
    public async Task A_binding_that_is_gone_is_noticed_by_three_canaries()
    {
        await using var arbiter = await Arbiter();
        var options = Options("lb1");
        await using var agent = Run(options);
        await agent.Connected();
        var clock = Stopwatch.StartNew();
        await broker.Server.Ctl("eval",
            $"rabbit_binding:remove({{binding, rabbit_misc:r(<<\"/\">>, exchange, <<\"vip.canary\">>), <<\"canary.lb1\">>, rabbit_misc:r(<<\"/\">>, queue, <<\"{options.Queue}\">>), []}}, <<\"test\">>).");
        var reason = (await agent.Next<LinkEvent.Disconnected>(seconds: 30)).Reason;
        Tell($"{clock.Elapsed.TotalSeconds:0.0} s (the command itself takes one or two): {reason}");
        Assert.Contains("3 canaries in a row", reason, StringComparison.Ordinal);
        Assert.Contains("the queue or its binding is gone", reason, StringComparison.Ordinal);
        await agent.Connected();
        Assert.Equal(1, agent.Link.Health.Rebuilds);
    }

    [Fact]
    public async Task A_connection_that_goes_silent_in_one_direction_is_noticed_long_before_its_heartbeat_and_made_anew()
    {
        await using var arbiter = await Arbiter();
        // each of them waits for seconds: side by side
        await Task.WhenAll(
            Silenced(arbiter, 1, true, "nothing comes in any more"),
            Silenced(arbiter, 2, false, "nothing goes out any more"),
            Silenced(arbiter, 2, true, "no confirm comes in any more"));
    }

    private async Task Silenced(LinkProbe arbiter, int connection, bool fromBroker, string what)
    {
        await using var proxy = new SwallowingProxy(broker.Server.Port);
        await using var agent = Run(Options("lb1", proxy.Port));
        await agent.Connected();
        var clock = Stopwatch.StartNew();
        proxy.Swallow = (number, from, _) => number == connection && from == fromBroker;
        var reason = (await agent.Next<LinkEvent.Disconnected>(seconds: 30)).Reason;
        Tell($"{what}: {clock.Elapsed.TotalSeconds:0.0} s: {reason}");
        Assert.True(clock.Elapsed.TotalSeconds < NoticedWithin, $"{what}: {clock.Elapsed.TotalSeconds} s");
        await agent.Connected();
        Assert.True(proxy.Connections >= 4, $"{what}: {proxy.Connections} connections, two of them the old ones");
        arbiter.Send(Routes.OrderExchange, "order.lb1", what);
        await agent.Next<LinkEvent.Received>(r => LinkProbe.Text(r) == what);
    }

    [Fact]
    public async Task A_path_that_stays_dead_is_told_and_tried_again_until_it_lives()
    {
        await using var arbiter = await Arbiter();
        await using var proxy = new SwallowingProxy(broker.Server.Port);
        await using var agent = Run(Options("lb1", proxy.Port) with { CanaryEvery = TimeSpan.FromMilliseconds(300) });
        await agent.Connected();
        // deliveries of canaries, on whatever connection, and all behind them
        proxy.Swallow = (_, fromBroker, bytes) => fromBroker && bytes.Span.IndexOf("vip.canary"u8) >= 0;
        Assert.Contains("3 canaries in a row", (await agent.Next<LinkEvent.Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.Contains("no canary came back", (await agent.Next<LinkEvent.Disconnected>()).Reason, StringComparison.Ordinal);
        var dead = (await agent.Next<LinkEvent.Disconnected>()).Reason;
        Tell(dead);
        Assert.Contains("the path stays dead", dead, StringComparison.Ordinal);
        Assert.True(agent.Link.Health.Misses >= 5);
        Assert.DoesNotContain(agent.Seen.Skip(1), e => e is LinkEvent.Connected);
        proxy.Swallow = null;
        await agent.Connected();
        await agent.Healthy(h => h.Misses == 0);
    }

    [Fact]
    public async Task Headers_of_every_wrong_kind_are_no_signature_and_the_next_message_arrives()
    {
        await using var arbiter = await Arbiter();
        var factory = new RabbitMQ.Client.ConnectionFactory { Uri = broker.Server.UriFor("lb1"), UserName = "lb1", Password = Broker.Password };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var table = new Dictionary<string, object?> { ["a"] = 1 };
        object?[] wrong = [null, 1, -1L, true, 1.5, table, new List<object?> { 1, "a", table }, new RabbitMQ.Client.AmqpTimestamp(1), new byte[257], new string('k', 300)];
        foreach (var value in wrong)
            foreach (var name in new[] { SteeringConsumer.KeyIdHeader, SteeringConsumer.SignatureHeader })
                await channel.BasicPublishAsync(Routes.HealthExchange, "health.lb1", false,
                    new RabbitMQ.Client.BasicProperties { Headers = new Dictionary<string, object?> { [name] = value, ["another"] = value } }, new byte[] { 1 });
        await channel.BasicPublishAsync(Routes.HealthExchange, "health.lb1", false, new RabbitMQ.Client.BasicProperties(), ReadOnlyMemory<byte>.Empty);
        await channel.BasicPublishAsync(Routes.HealthExchange, "health.lb1", false, new RabbitMQ.Client.BasicProperties { ContentType = "\u00e9", Expiration = "60000" }, new byte[100_000]);
        for (var i = 0; i < wrong.Length * 2 + 1; i++)
        {
            var got = (await arbiter.Next<LinkEvent.Received>()).Envelope;
            Assert.Null(got.KeyId);
            Assert.True(got.Signature.IsEmpty);
        }
        // kept only so far as its refusal needs
        Assert.Equal(WireLimits.MaxBytes + 1, (await arbiter.Next<LinkEvent.Received>()).Envelope.Body.Length);
    }

    [Fact]
    public async Task A_node_can_neither_write_nor_hear_the_canaries_of_another()
    {
        await using var arbiter = await Arbiter();
        await using var agent = Run(Options("lb1"));
        await agent.Connected();
        agent.Send(Routes.CanaryExchange, "canary.lb2", "forged");
        Assert.Contains("lacks a permission", (await agent.Next<LinkEvent.Disconnected>()).Reason, StringComparison.Ordinal);
        await using var ear = Run(Options("lb1") with { Bindings = [new(Routes.CanaryExchange, "canary.*")] });
        Assert.Contains("lacks a permission", (await ear.Next<LinkEvent.Disconnected>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_on_the_own_canary_key_is_passed_over()
    {
        await using var arbiter = await Arbiter();
        var options = Options("lb1") with { CanaryEvery = s_often };
        await using var agent = Run(options);
        await agent.Connected();
        foreach (var body in new[] { "", "{", "{\"v\":1}", $"{options.Queue} 1", $"{options.Queue} 99999999999999999999", new string('x', 20_000) })
            agent.Send(Routes.CanaryExchange, "canary.lb1", body);
        arbiter.Send(Routes.OrderExchange, "order.lb1", "good");
        Assert.Equal("good", LinkProbe.Text(await agent.Next<LinkEvent.Received>()));
        // the own ones go on coming back
        var before = agent.Link.Health.CanaryMs;
        Assert.Equal(0, (await agent.Healthy(h => h.CanaryMs != before && h.Misses == 0)).Rebuilds);
    }
}
