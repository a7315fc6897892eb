using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Arbiter.Cli;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Tests.Groups;
using Arbiter.Tests.Notifications;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Arbiter.Tests.Events;

/// <summary>From the register over the deliveries to a program of somebody else, with a broker that dies on the way.</summary>
[Trait("tier", "integration")]
public sealed class ToldOnTheBusTests : IAsyncLifetime
{
    private const string Queue = "q.subscriber.billing.told";
    private readonly EventBroker _broker = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _broker.InitializeAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private Task<NotifiedHost> Start(FakeRegister register, params (string Name, Uri Url)[] receivers) =>
        NotifiedHost.Start(register, (services, options) => services.AddEventPlane(options), _broker.Server.UriFor("arbiter"), receivers);

    private static FakeRegister Leading()
    {
        var register = new FakeRegister();
        register.Gain(1);
        return register;
    }

    [Fact]
    public async Task A_broker_that_is_away_for_5_s_costs_no_event_and_no_order_and_the_webhooks_go_on()
    {
        await using var server = await HookServer.Start(200);
        await using var host = await Start(Leading(), ("ops", server.Url));
        await host.Progress("vip-events", _ => true);
        var plane = host.Part<IEventPlane>();
        await Wait.Until(() => plane.Status.Connected, TimeSpan.FromSeconds(20));
        await using var subscriber = new Patient(_broker);
        await subscriber.Bound;

        for (var i = 0; i < 20; i++) host.Happen(i % 2 == 0 ? "web" : "mail");
        await host.Progress("vip-events", p => p.Cursor == 20);

        await _broker.Server.Kill();
        await Wait.Until(() => !plane.Status.Connected, TimeSpan.FromSeconds(20));
        var away = Stopwatch.StartNew();
        host.Happen("web", type: EventTypes.DiagnosisRaised, to: "BusLost");
        for (var i = 0; i < 19; i++) host.Happen(i % 2 == 0 ? "web" : "mail");
        // told by the other way while the broker is away
        await host.Progress("ops", p => p.Cursor == 40);
        Assert.Contains(server.Got, g => g.Body.Contains("\"to\":\"BusLost\"", StringComparison.Ordinal));
        Assert.Equal(40, server.Got.Count);
        Assert.Equal(20, host.Register.Shown.Outbox.Receivers["vip-events"].Cursor);
        await Task.Delay(Math.Max(0, 5000 - (int)away.ElapsedMilliseconds), Stop);

        await _broker.Server.Resume();
        var back = Stopwatch.StartNew();
        await host.Progress("vip-events", p => p.Cursor == 40 && p.Dead.IsEmpty, seconds: 40);
        TestContext.Current.SendDiagnosticMessage($"all confirmed {back.Elapsed.TotalSeconds:0.0} s after the broker listens again");
        var seen = new HashSet<string>();
        var last = new Dictionary<string, long>();
        while (seen.Count < 40)
        {
            var (id, body) = await subscriber.Next();
            Assert.True(EventJson.TryRead(Encoding.UTF8.GetBytes(body), out var data));
            Assert.Equal(id, data.Id);
            if (!seen.Add(id)) continue;
            Assert.True(data.Number > last.GetValueOrDefault(data.Group!), $"{data.Number} of {data.Group} came after {last.GetValueOrDefault(data.Group!)}");
            last[data.Group!] = data.Number;
            // the webhook said the very same
            Assert.EndsWith($"\"data\":{body}}}", server.Got.First(g => g.Id == id).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_any_receiver_in_the_configuration_the_bus_is_told_and_shown_as_the_one_receiver()
    {
        await using var host = await Start(Leading());
        await host.Progress("vip-events", _ => true);
        await Wait.Until(() => host.Part<IEventPlane>().Status.Connected, TimeSpan.FromSeconds(20));
        await using var subscriber = new Patient(_broker);
        await subscriber.Bound;
        var what = host.Happen("web");
        await host.Progress("vip-events", p => p.Cursor == 1);
        Assert.Equal(what.Id, (await subscriber.Next()).Id);

        var shown = Assert.Single(host.Notifications.Status.Receivers);
        Assert.Equal(("vip-events", "bus", $"vip.events at 127.0.0.1:{_broker.Server.Port}"), (shown.Name, shown.Type, shown.Url));
        var (code, text, _) = await host.Cli("notifications", "test", "--wait");
        Assert.Equal(Exit.Done, code);
        Assert.Matches(@"vip-events +delivered +\d+ ms  confirmed by the broker", text);
        Assert.Contains("\"type\":\"test\"", (await subscriber.Next()).Body);
        Assert.Contains("No webhook is configured", (await host.Cli("notifications")).Out);
    }

    /// <summary>Nothing but RabbitMQ.Client: a durable queue, and it connects again until it is stopped.</summary>
    private sealed class Patient : IAsyncDisposable
    {
        private readonly Channel<(string Id, string Body)> _got = Channel.CreateUnbounded<(string, string)>();
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _run;

        public Patient(EventBroker broker) => _run = Run(broker);

        public Task Bound => _bound.Task.WaitAsync(TimeSpan.FromSeconds(20), Stop);

        public async Task<(string Id, string Body)> Next() => await _got.Reader.ReadAsync(Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Stop);

        private async Task Run(EventBroker broker)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await using var connection = await broker.Connect("billing");
                    await Listen(connection);
                }
                catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or IOException or OperationCanceledException)
                {
                    await Task.Delay(100, CancellationToken.None);
                }
            }
        }

        private async Task Listen(IConnection connection)
        {
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.ConnectionShutdownAsync += (_, _) =>
            {
                closed.TrySetResult();
                return Task.CompletedTask;
            };
            var channel = await connection.CreateChannelAsync();
            await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync(Queue, "vip.events", "#");
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, d) =>
            {
                _got.Writer.TryWrite((d.BasicProperties.MessageId!, Encoding.UTF8.GetString(d.Body.Span)));
                await channel.BasicAckAsync(d.DeliveryTag, multiple: false);
            };
            await channel.BasicConsumeAsync(Queue, autoAck: false, consumer);
            _bound.TrySetResult();
            await closed.Task.WaitAsync(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }
    }
}
