using System.Text;
using Contracts.Bus;
using Contracts.Tests.Wire;
using Contracts.Vocabulary;
using Contracts.Wire;
using EndToEnd.Stage;
using Lab.Configuration;

namespace EndToEnd.Stories;

/// <summary>The list of what must not be taken, from the real users with the real keys, over the real broker, on every exchange.</summary>
public sealed class GarbageStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>Below the share of a node, so that its own level gets through beside it.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private const int OfEach = 40;

    [Fact]
    public async Task Garbage_on_every_exchange_is_refused_line_by_line_and_nobody_notices()
    {
        var holder = await Scene.Calm();
        var node = NodeId.Parse(holder);
        var from = Now;
        LogTail[] arbiters = [Scene.Log("arb1", "arbiter"), Scene.Log("arb2", "arbiter")];
        var agent = Scene.Log(holder, "agent");
        await using var asNode = await BusSeat.BesideAgent(Scene.Lab, holder);
        await using var asArbiter = await BusSeat.AsArbiter(Scene.Lab);
        var clusterKey = KeyRing.Parse(Scene.Host("arb1").Read(ArbiterYaml.KeyFile)!);
        var says = new MessageSigner(clusterKey.DeriveNode(node), Direction.Agent);
        var orders = new MessageSigner(clusterKey.DeriveNode(node), Direction.Order);

        var sent = 0;
        foreach (var ((seat, signer, exchange, key, sample), i) in new[]
        {
            (asNode, says, Routes.HealthExchange, Routes.Health(node), "HealthEvent"),
            (asNode, says, Routes.StateExchange, Routes.State(node), "RoleObserved"),
            (asArbiter, orders, Routes.OrderExchange, Routes.Order(node), "Order"),
            (asArbiter, orders, Routes.TermExchange, Routes.TermKey, "LeaderAnnounced"),
            (asNode, says, Routes.CanaryExchange, Routes.Canary(holder), "RoleObserved"),
        }.Select((route, i) => (route, i)))
        {
            var bodies = Garbage.Of(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", $"{sample}.json")).TrimEnd('\n')).ToArray();
            for (var n = i; n < bodies.Length; n += Math.Max(1, bodies.Length / OfEach), sent++)
            {
                var whole = signer.Sign(exchange, key, bodies[n].Body);
                seat.Link.Publish((n % 5) switch { 0 => whole with { KeyId = null }, 1 => whole with { Signature = new byte[32] }, _ => whole });
                await Task.Delay(Pace);
            }
        }

        foreach (var log in arbiters)
        {
            Tell(await log.Says("was refused (malformed)", Soon));
            Tell(await log.Says("was refused (signature)", Soon));
        }
        Tell(await agent.Says("an order was dropped", Soon));
        var lines = arbiters.Sum(l => l.Count("was refused")) + agent.Count("an order was dropped");
        Tell($"{sent} bad messages, {lines} lines");
        Assert.InRange(lines, 5, sent / 4);
        Assert.Equal(0, arbiters.Sum(l => l.Count("report this as a defect")) + agent.Count("steering link is down"));
        Quiet(await Scene.SeenSince(from, holder), "garbage on every exchange");
        Assert.Equal(holder, await Scene.Rearmed());
    }
}
