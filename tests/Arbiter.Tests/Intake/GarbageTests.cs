using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Intake;
using Arbiter.Orders;
using Arbiter.Tests.Groups;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Tests.Wire;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Arbiter.Tests.Intake;

/// <summary>The whole list of what must not be taken, on every exchange an arbiter hears: one counter each, few lines, and good mail between it.</summary>
public sealed class GarbageTests
{
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly KeyRing Keys = KeyRing.Parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static readonly MessageSigner Signer = new(Keys.DeriveNode(Lb1), Direction.Agent);

    private static string Sample(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", $"{name}.json")).TrimEnd('\n');

    private static IEnumerable<Envelope> Bad()
    {
        (string Exchange, string Key, string Sample)[] routes =
            [(Routes.HealthExchange, Routes.Health(Lb1), "HealthEvent"), (Routes.StateExchange, Routes.State(Lb1), "RoleObserved"), (Routes.StateExchange, Routes.State(Lb1), "OrderResult")];
        foreach (var (exchange, key, name) in routes)
        {
            foreach (var (_, body) in Garbage.Of(Sample(name))) yield return Signer.Sign(exchange, key, body);
            var good = Signer.Sign(exchange, key, Encoding.UTF8.GetBytes(Sample(name)));
            yield return good with { KeyId = null };
            yield return good with { Signature = default };
            yield return good with { KeyId = "k2" };
            yield return good with { KeyId = new string('k', 300) };
            yield return good with { KeyId = "k\n1" };
            yield return good with { Signature = new byte[31] };
            yield return good with { Signature = new byte[32] };
            yield return good with { Signature = new byte[256] };
            yield return good with { UserId = "lb2" };
            yield return good with { UserId = "" };
            foreach (var route in new[] { "", "health", "health.", "health.lb9", "health.LB1", "health.lb1.x", "term", "order.lb1", new string('h', 255), "health.\u00e9", "health.\n" })
                yield return Signer.Sign(exchange, route, good.Body);
            // rightly signed for another exchange or node
            yield return good with { Exchange = Routes.OrderExchange };
            yield return Signer.Sign(exchange, key, Encoding.UTF8.GetBytes(Sample(name).Replace("\"node\":\"lb1\"", "\"node\":\"lb2\"", StringComparison.Ordinal)));
        }
        yield return MessageSigner.Unsigned(Routes.TermExchange, Routes.TermKey, Encoding.UTF8.GetBytes(Sample("LeaderAnnounced")));
        yield return Signer.Sign(Routes.OrderExchange, Routes.Order(Lb1), Encoding.UTF8.GetBytes(Sample("Order")));
        // a link hands on no canaries; if it did, they would be nothing here
        yield return MessageSigner.Unsigned(Routes.CanaryExchange, Routes.Canary("lb1"), "q.agent.lb1.p 1"u8.ToArray());
    }

    [Fact]
    public async Task All_of_it_is_one_counter_each_and_a_sampled_line_and_good_mail_gets_through_between_it()
    {
        var refused = new ConcurrentDictionary<string, long>();
        using var meters = new MeterListener();
        await using var services = new ServiceCollection().AddMetrics().AddLogging().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name == "arbiter_messages_refused") listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, count, tags, _) => refused.AddOrUpdate(tags[0].Value!.ToString()!, count, (_, before) => before + count));
        meters.Start();

        var (link, groups, log) = (new Hose(), new Posted(), new House.LinesSeen());
        using var logs = LoggerFactory.Create(l => l.AddProvider(log));
        using var intake = new SteeringIntake(ClusterName.Parse("shop"), Keys, [Lb1, NodeId.Parse("lb2")], link, groups, groups,
            new ProcessClock(new SecondByMessage()), factory, logs.CreateLogger<SteeringIntake>());
        var bad = Bad().ToArray();
        var good = Signer.Sign(Routes.HealthExchange, Routes.Health(Lb1), Encoding.UTF8.GetBytes(Sample("HealthEvent")));
        var goodOnes = 0;
        var reading = intake.Read(CancellationToken.None);
        for (var i = 0; i < bad.Length; i++)
        {
            await link.Into.WriteAsync(new LinkEvent.Received(bad[i]));
            if (i % 50 != 0) continue;
            await link.Into.WriteAsync(new LinkEvent.Received(good));
            goodOnes++;
        }
        link.Into.Complete();
        await reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var lines = log.Lines.ToArray();
        var failures = lines.Count(l => l.Contains("report this as a defect", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{bad.Length} bad: {string.Join(", ", refused.Select(r => $"{r.Value} {r.Key}"))}; {lines.Length} lines; {goodOnes} good");
        Assert.Equal(0, failures);
        Assert.Equal(bad.Length, refused.Values.Sum());
        Assert.Equal(goodOnes, groups.Inputs.Count);
        Assert.All(groups.Inputs, i => Assert.IsType<Input.NodeReported>(i));
        // one in 10 s of each kind and sender: a message a second is here
        Assert.InRange(lines.Length, 5, bad.Length / 5);
        Assert.DoesNotContain(lines, l => l.Any(char.IsControl));
    }

    /// <summary>So that no message is one too many: a second passes by each look at the clock.</summary>
    private sealed class SecondByMessage : TimeProvider
    {
        private long _seconds;
        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }

    private sealed class Hose : ISteeringLink
    {
        private readonly System.Threading.Channels.Channel<LinkEvent> _events = System.Threading.Channels.Channel.CreateBounded<LinkEvent>(64);
        public LinkHealth Health => new(null, 0, 0);
        public System.Threading.Channels.ChannelWriter<LinkEvent> Into => _events.Writer;
        public System.Threading.Channels.ChannelReader<LinkEvent> Events => _events.Reader;
        public void Publish(Envelope envelope) { }
        public Task Run(CancellationToken stopping) => Task.CompletedTask;
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Posted : IGroups, IOrders
    {
        public List<Input> Inputs { get; } = [];
        public bool Knows(NodeId node) => true;
        public void Post(NodeId node, Input input) => Inputs.Add(input);
        public void Post(GroupName group, Input input) => Inputs.Add(input);
        public void PostAll(Input input) => Inputs.Add(input);
        public void Want(SpeakerToken speaker, NodeId node, GroupName group, GroupOrder? wanted) { }
        public void RequestReport(NodeId node) { }
        public void Heard(NodeId node, string process, string nonce) { }
        public void Settled(LinkEvent.Sent sent) { }
        public void Repeat() { }
    }
}
