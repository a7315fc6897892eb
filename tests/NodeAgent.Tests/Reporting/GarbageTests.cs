using System.Text;
using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Tests.Wire;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging;
using NodeAgent.Core;
using NodeAgent.Reporting;

namespace NodeAgent.Tests.Reporting;

/// <summary>The whole list of what must not be taken, on every exchange an agent hears: one counter each, few lines, and good orders between it.</summary>
public sealed class GarbageTests
{
    private static readonly NodeId Lb1 = NodeId.Parse("lb1");
    private static readonly KeyRing Keys = KeyRing.Parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").DeriveNode(Lb1);
    private static readonly MessageSigner Signer = new(Keys, Direction.Order);

    private static string Sample(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", $"{name}.json")).TrimEnd('\n');

    private static IEnumerable<Envelope> Bad()
    {
        var key = Routes.Order(Lb1);
        foreach (var (_, body) in Garbage.Of(Sample("Order"))) yield return Signer.Sign(Routes.OrderExchange, key, body);
        var good = Signer.Sign(Routes.OrderExchange, key, Encoding.UTF8.GetBytes(Sample("Order")));
        yield return good with { KeyId = null };
        yield return good with { Signature = default };
        yield return good with { KeyId = "k2" };
        yield return good with { KeyId = "k\n1" };
        yield return good with { Signature = new byte[32] };
        yield return new MessageSigner(Keys, Direction.Agent).Sign(Routes.OrderExchange, key, good.Body);
        foreach (var route in new[] { "", "order", "order.lb2", "order.lb1.x", "term", new string('o', 255), "order.\u00e9" }) yield return Signer.Sign(Routes.OrderExchange, route, good.Body);
        foreach (var exchange in new[] { Routes.HealthExchange, Routes.StateExchange, Routes.CanaryExchange, "" }) yield return Signer.Sign(exchange, key, good.Body);
        yield return Signer.Sign(Routes.OrderExchange, key, Encoding.UTF8.GetBytes(Sample("Order").Replace("\"node\":\"lb1\"", "\"node\":\"lb2\"", StringComparison.Ordinal)));
        yield return Signer.Sign(Routes.OrderExchange, key, Encoding.UTF8.GetBytes(Sample("HealthEvent")));
    }

    [Fact]
    public async Task All_of_it_is_dropped_one_by_one_and_good_orders_get_through_between_it()
    {
        var (link, lines) = (new Hose(), new Lines());
        var inbox = Channel.CreateBounded<Input>(1024);
        var reader = new OrderReader(link, new MessageCodec(ClusterName.Parse("shop")), new MessageVerifier(Keys, Direction.Order), Lb1,
            new ProcessClock(TimeProvider.System), inbox.Writer, lines);
        var bad = Bad().ToArray();
        var good = Signer.Sign(Routes.OrderExchange, Routes.Order(Lb1), Encoding.UTF8.GetBytes(Sample("Order")));
        var (goodOnes, announced) = (0, MessageSigner.Unsigned(Routes.TermExchange, Routes.TermKey, "garbage, and nothing rests on it"u8.ToArray()));
        var reading = reader.Run(CancellationToken.None);
        for (var i = 0; i < bad.Length; i++)
        {
            await link.Into.WriteAsync(new LinkEvent.Received(bad[i]));
            if (i % 20 != 0) continue;
            await link.Into.WriteAsync(new LinkEvent.Received(announced));
            await link.Into.WriteAsync(new LinkEvent.Received(good));
            goodOnes++;
        }
        link.Into.Complete();
        await reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{bad.Length} bad, {reader.Dropped} dropped, {lines.Said.Count} lines, {goodOnes} good");
        Assert.Equal(bad.Length, reader.Dropped);
        Assert.Equal(goodOnes, inbox.Reader.Count);
        // once per kind within 10 s
        Assert.InRange(lines.Said.Count, 3, 10);
        Assert.DoesNotContain(lines.Said, l => l.Any(char.IsControl));
    }

    private sealed class Lines : ILogger<OrderReader>
    {
        public List<string> Said { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel level) => true;
        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> format) => Said.Add(format(state, error));
    }

    private sealed class Hose : ISteeringLink
    {
        private readonly Channel<LinkEvent> _events = Channel.CreateBounded<LinkEvent>(64);
        public LinkHealth Health => new(null, 0, 0);
        public ChannelWriter<LinkEvent> Into => _events.Writer;
        public ChannelReader<LinkEvent> Events => _events.Reader;
        public void Publish(Envelope envelope) { }
        public Task Run(CancellationToken stopping) => Task.CompletedTask;
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
