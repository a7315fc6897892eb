using System.Diagnostics;
using System.Text;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Events.Plane;
using Arbiter.Notifications;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Arbiter.Tests.Events;

[Trait("tier", "integration")]
[Collection(nameof(EventBrokerCollection))]
public sealed class BusReceiverTests(EventBroker broker)
{
    private static readonly DeliveryAttempt s_first = new(1, Recorded: true);

    [Fact]
    public async Task A_plain_program_reads_the_body_of_a_webhook_and_no_header_of_the_library()
    {
        await using var arbiter = await (await broker.Replica("a1", "a1").Start()).Connected();
        await using var subscriber = await Subscriber.Start(broker, "role_changed.*");
        var what = Replica.Happened(1);
        Assert.Equal(DeliveryResult.Delivered, (await arbiter.Receiver.Deliver(what, s_first, CancellationToken.None)).Result);
        var got = await subscriber.Next();
        Assert.Equal("role_changed.web", got.Key);
        Assert.Equal(Encoding.UTF8.GetString(EventJson.Data(Replica.Cluster, what, recorded: true)), got.Body);
        Assert.Equal((what.Id, "application/json", true), (got.MessageId, got.ContentType, got.Persistent));
        // the client library counts its confirms in this one
        Assert.All(got.Headers, h => Assert.Equal("x-dotnet-pub-seq-no", h));
    }

    [Fact]
    public async Task A_subscriber_chooses_by_routing_key_and_the_warm_up_is_seen_by_nobody()
    {
        await using var all = await (await broker.Replica("a0", "a0").Start()).Connected();
        await using var everything = await Subscriber.Start(broker, "#");
        await using var cluster = await Subscriber.Start(broker, "*.-");
        await using var arbiter = await (await broker.Replica("a1", "a1").Start()).Connected();
        await arbiter.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None);
        await arbiter.Receiver.Deliver(Replica.Happened(2, group: null, EventTypes.LeaderChanged), s_first, CancellationToken.None);
        Assert.Equal("leader_changed.-", (await cluster.Next()).Key);
        Assert.Equal("role_changed.web", (await everything.Next()).Key);
        Assert.Equal("leader_changed.-", (await everything.Next()).Key);
        Assert.Equal(0, everything.Waiting);
    }

    [Fact]
    public async Task The_order_of_a_group_is_kept_over_two_hundred_events_of_eight_groups()
    {
        await using var arbiter = await (await broker.Replica("a1", "a1").Start()).Connected();
        await using var subscriber = await Subscriber.Start(broker, "#");
        // one delivery per group is under way at a time, the groups side by side
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async g =>
        {
            for (var n = 1; n <= 25; n++)
                Assert.Equal(DeliveryResult.Delivered, (await arbiter.Receiver.Deliver(Replica.Happened(n, $"g{g}"), s_first, CancellationToken.None)).Result);
        }));
        var numbers = new Dictionary<string, long>();
        for (var i = 0; i < 200; i++)
        {
            var got = await subscriber.Next();
            Assert.True(EventJson.TryRead(Encoding.UTF8.GetBytes(got.Body), out var data));
            Assert.Equal(numbers.GetValueOrDefault(data.Group!) + 1, data.Number);
            numbers[data.Group!] = data.Number;
        }
    }

    [Fact]
    public async Task What_the_next_leader_tells_again_has_the_same_id_and_body()
    {
        await using var subscriber = await Started(async () => await Subscriber.Start(broker, "#"));
        var what = Replica.Happened(9);
        foreach (var name in (string[])["a1", "a2"])
        {
            await using var arbiter = await (await broker.Replica(name, name).Start()).Connected();
            Assert.Equal(DeliveryResult.Delivered, (await arbiter.Receiver.Deliver(what, s_first, CancellationToken.None)).Result);
        }
        var (first, second) = (await subscriber.Next(), await subscriber.Next());
        Assert.Equal((first.MessageId, first.Body), (second.MessageId, second.Body));
    }

    [Fact]
    public async Task A_node_may_neither_speak_to_arbiters_nor_listen_to_events_and_a_subscriber_may_not_publish_them()
    {
        await using var arbiter = await (await broker.Replica("a1", "a1").Start()).Connected();
        await Refused("lb1", c => c.BasicPublishAsync("arbiter.verbs", "", "{}"u8.ToArray()).AsTask());
        await Refused("lb1", c => c.BasicPublishAsync("arbiter.news", "", "{}"u8.ToArray()).AsTask());
        await Refused("lb1", c => c.BasicPublishAsync("vip.events", "role_changed.web", "{}"u8.ToArray()).AsTask());
        await Refused("billing", c => c.BasicPublishAsync("vip.events", "role_changed.web", "{}"u8.ToArray()).AsTask());
        await Refused("billing", c => c.BasicPublishAsync("arbiter.verbs", "", "{}"u8.ToArray()).AsTask());
        await Refused("lb1", async c =>
        {
            await c.QueueDeclareAsync("q.agent.lb1.t", durable: false, exclusive: true, autoDelete: true);
            await c.QueueBindAsync("q.agent.lb1.t", "vip.events", "#");
        });
    }

    [Fact]
    public async Task The_first_event_is_not_late()
    {
        await using var arbiter = await (await broker.Replica("a1", "a1").Start()).Connected();
        var clock = Stopwatch.StartNew();
        Assert.Equal(DeliveryResult.Delivered, (await arbiter.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None)).Result);
        TestContext.Current.SendDiagnosticMessage($"first event: {clock.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, PlaneKeeper.ConfirmDeadline + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_refused_password_is_said_in_one_line_and_without_the_password()
    {
        await using var arbiter = await new Replica("a1", "a1", broker.Transport("a1", "wrong-and-secret")).Start();
        await Wait.Until(() => arbiter.Plane.Status.Reason.Contains("refused user 'arbiter'", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        // long enough for several attempts
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Single(arbiter.Log.All, l => l.Contains("refused user", StringComparison.Ordinal));
        Assert.DoesNotContain(arbiter.Log.All, l => l.Contains("wrong-and-secret", StringComparison.Ordinal));
    }

    private async Task Refused(string user, Func<IChannel, Task> act)
    {
        await using var connection = await broker.Connect(user);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var e = await Assert.ThrowsAnyAsync<Exception>(() => act(channel));
        var reason = channel.CloseReason ?? (e as OperationInterruptedException)?.ShutdownReason;
        Assert.Equal<int?>(403, reason?.ReplyCode);
    }

    /// <summary>The exchange is there once an arbiter was.</summary>
    private async Task<T> Started<T>(Func<Task<T>> then)
    {
        await using var arbiter = await (await broker.Replica("a0", "a0").Start()).Connected();
        return await then();
    }
}
