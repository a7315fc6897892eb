using Arbiter.Core;
using Arbiter.Notifications;
using Arbiter.Notifications.Delivery;
using CsCheck;

namespace Arbiter.Tests.Notifications;

/// <summary>Whatever answers, leaders and records do: nothing is lost, nothing overtakes, duplicates are few and bear the same id.</summary>
public sealed class PropertyTests
{
    private static readonly string[] s_receivers = ["ops", "duty", "mail"];
    private static readonly string?[] s_groups = ["web", "mail", "db", null];

    [Fact]
    public void Everything_recorded_is_delivered_in_order_or_named_as_lost() => Gen.Int[1, int.MaxValue].Sample(Story, iter: 60);

    [Fact]
    public void A_checker_that_is_fed_a_loss_says_so()
    {
        var world = new DeliveryWorld(DeliveryWorld.Settings(s_receivers));
        world.Lead(1);
        world.Run(TimeSpan.FromSeconds(1));
        world.Happen("web");
        // nothing ran since: the event is not delivered
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(world, [], 1));
    }

    private static void Story(int seed)
    {
        var random = new Random(seed);
        var world = new DeliveryWorld(DeliveryWorld.Settings(s_receivers, history: random.Next(4) > 0, seed: (ulong)seed));
        var dead = new HashSet<(string, string)>();
        var lanes = new Dictionary<(string, string), int>();
        world.Seen = effect =>
        {
            if (effect is DeliveryEffect.Wish { What: OutboxWish.Progress p }) foreach (var d in p.Dead) dead.Add((p.Receiver, d.Id));
            if (effect is DeliveryEffect.Send) Assert.True(world.UnderWay <= Deliveries.MostInFlight, "more than 64 attempts under way");
        };
        world.Lead(1);
        world.Run(TimeSpan.FromSeconds(1));
        var term = 1L;
        for (var i = random.Next(20, 150); i > 0; i--)
        {
            switch (random.Next(12))
            {
                case < 5: for (var n = random.Next(1, 6); n > 0; n--) if (world.Picture.Leading) world.Happen(s_groups[random.Next(s_groups.Length)]); break;
                case 5: world.Answers[s_receivers[random.Next(3)]] = Some(random); break;
                case 6: world.Kill(++term); break;
                case 7: world.RegisterDeaf = !world.RegisterDeaf; break;
                case 8: world.Lose(quorum: random.Next(2) == 0); world.Run(TimeSpan.FromSeconds(random.Next(10))); world.Lead(++term); break;
                case 9: if (random.Next(8) == 0) for (var n = 0; n < 100 && world.Picture.Leading; n++) world.Happen(s_groups[random.Next(2)]); break;
                default: world.Run(TimeSpan.FromMilliseconds(random.Next(20_000))); break;
            }
        }
        world.RegisterDeaf = false;
        foreach (var r in s_receivers) world.Answers[r] = _ => new DeliveryOutcome(DeliveryResult.Delivered, "it answered 200");
        world.Run(TimeSpan.FromMinutes(35));
        Check(world, dead, term);
        Assert.All(world.Deliveries.Show(), r => Assert.Equal((0L, 0), (r.Waiting, r.InFlight)));
        Assert.All(world.Picture.Outbox.Receivers.Values, p => Assert.Equal(world.Picture.Outbox.Last, p.Cursor));
    }

    private static Answering Some(Random random) => random.Next(5) switch
    {
        0 => _ => new DeliveryOutcome(DeliveryResult.Delivered, "it answered 200"),
        1 => _ => new DeliveryOutcome(DeliveryResult.Failed, "connection refused"),
        2 => _ => null,
        3 => _ => new DeliveryOutcome(DeliveryResult.Failed, "it answered 429", TimeSpan.FromSeconds(random.Next(100))),
        _ => what => what.Number % 7 == 3 ? new DeliveryOutcome(DeliveryResult.Rejected, "it answered 400") : new DeliveryOutcome(DeliveryResult.Delivered, "it answered 200"),
    };

    private static void Check(DeliveryWorld world, HashSet<(string, string)> dead, long leaders)
    {
        foreach (var receiver in s_receivers)
        {
            var got = world.Ended.Where(e => e.Receiver == receiver && e.Result == DeliveryResult.Delivered).Select(e => e.Event).ToArray();
            var ids = got.Select(e => e.Id).ToHashSet();
            // a notice that the receiver refused is a dead letter like any other
            var named = world.Ended.Where(e => e.Receiver == receiver && e.Result is DeliveryResult.Delivered or DeliveryResult.Rejected).Select(e => e.Event)
                .Where(e => e.Type == EventTypes.EventsCoalesced).SelectMany(e => Numbers(e.To!)).ToHashSet();
            foreach (var e in world.Happened)
                Assert.True(ids.Contains(e.Id) || named.Contains(e.Number) || dead.Contains((receiver, e.Id)), $"{receiver} never got {e.Id}");
            Assert.All(got.GroupBy(e => e.Id), g => Assert.True(g.Count() <= leaders, $"{receiver} got {g.Key} {g.Count()} times under {leaders} leaders"));
            foreach (var lane in world.Sent.Where(s => s.Send.Receiver == receiver && s.Send.Attempt.Recorded && s.Send.Event.Type != EventTypes.EventsCoalesced).GroupBy(s => s.Send.Event.Group))
            {
                var first = lane.GroupBy(s => s.Send.Event.Number).Select(g => (Number: g.Key, At: g.Min(s => s.At))).OrderBy(s => s.Number).ToArray();
                for (var i = 1; i < first.Length; i++) Assert.True(first[i - 1].At <= first[i].At, $"{receiver}: {first[i].Number} overtook {first[i - 1].Number}");
            }
        }
    }

    private static IEnumerable<long> Numbers(string ranges) => ranges.Split(", ").SelectMany(r =>
    {
        var ends = r.Split('-').Select(long.Parse).ToArray();
        return Enumerable.Range(0, (int)(ends[^1] - ends[0] + 1)).Select(n => ends[0] + n);
    });
}
