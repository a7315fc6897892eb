using System.Diagnostics;
using Arbiter.Events;
using Arbiter.Events.Plane;
using Arbiter.Notifications;

namespace Arbiter.Tests.Events;

/// <summary>A broker of its own, because it is stopped and choked.</summary>
[Trait("tier", "integration")]
public sealed class BrokerTroubleTests : IAsyncLifetime
{
    private static readonly DeliveryAttempt s_first = new(1, Recorded: true);
    /// <summary>What a busy machine may add to a deadline.</summary>
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly EventBroker _broker = new();

    public ValueTask InitializeAsync() => _broker.InitializeAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    /// <summary>Answered when the call returns: nothing was waited for.</summary>
    private static DeliveryOutcome AtOnce(Task<DeliveryOutcome> delivering)
    {
        Assert.True(delivering.IsCompletedSuccessfully, "it waits");
        return delivering.Result;
    }

    [Fact]
    public async Task A_broker_that_is_away_delays_nothing_is_said_once_and_found_again()
    {
        await _broker.Server.Kill();
        await using var leader = _broker.Replica("a1", "a1", new Bell());
        var starting = leader.Start();
        Assert.True(starting.IsCompletedSuccessfully, "a start waits for nothing");
        await Wait.Until(() => leader.Plane.Status.Reason.Contains("ConnectionRefused", StringComparison.Ordinal), s_patience);
        // the line is written a moment after the status says so
        await Wait.Until(() => leader.Log.All.Count > 0, s_patience);
        var said = leader.Log.All.Count;
        var outcome = AtOnce(leader.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None));
        Assert.Equal(DeliveryResult.Failed, outcome.Result);
        Assert.Contains("ConnectionRefused", outcome.Detail);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal(said, leader.Log.All.Count);

        await _broker.Server.Resume();
        await leader.Connected(60);
        await using var standby = await (await _broker.Replica("a2", "a1").Start()).Connected();
        await using (var subscriber = await Subscriber.Start(_broker, "#"))
        {
            Assert.Equal(DeliveryResult.Delivered, (await leader.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None)).Result);
            Assert.Equal("evt_test_web_lb1_boot_1", (await subscriber.Next()).MessageId);
        }
        var bell = new Bell();
        await using var asker = await (await _broker.Replica("a3", "a1", bell).Start()).Connected();
        Assert.Equal(VerbOutcome.Done, (await asker.Verbs.Do(Bell.Call("r1"), CancellationToken.None)).Outcome);
        Assert.Equal(0, bell.Rung);

        // it dies under a running session
        await _broker.Server.Kill();
        await Wait.Until(() => !leader.Plane.Status.Connected && !asker.Plane.Status.Connected, s_patience);
        Assert.Equal(DeliveryResult.Failed, AtOnce(leader.Receiver.Deliver(Replica.Happened(2), s_first, CancellationToken.None)).Result);
        Assert.Equal(VerbOutcome.Unreachable, (await asker.Verbs.Do(Bell.Call("r2"), CancellationToken.None)).Outcome);
        await _broker.Server.Resume();
        var clock = Stopwatch.StartNew();
        await leader.Connected(60);
        TestContext.Current.SendDiagnosticMessage($"connected again {clock.Elapsed.TotalSeconds:0.0} s after the broker listens");
        Assert.Equal(DeliveryResult.Delivered, (await leader.Receiver.Deliver(Replica.Happened(2), s_first, CancellationToken.None)).Result);
        leader.News.Tell("notifications", """{"due":2}""");
        await standby.Connected(60);
        await Wait.Until(() => standby.News.Newest is { Known: true } n && n.Topics.ContainsKey("notifications"), s_patience);
        Assert.InRange(leader.Log.All.Count, 3, 20);
        // what was under way when it died is given up in its own time
        await Wait.Until(() => leader.Plane.Overdue == 0, s_patience);
    }

    [Fact]
    public async Task A_choked_broker_costs_each_attempt_two_seconds_at_most_and_piles_up_nothing()
    {
        await using var leader = await (await _broker.Replica("a1", "a1").Start()).Connected();
        await _broker.Server.Ctl("set_vm_memory_high_watermark", "absolute", "1");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
        {
            clock.Restart();
            var outcome = await leader.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None);
            Assert.Equal(DeliveryResult.Failed, outcome.Result);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, PlaneKeeper.ConfirmDeadline + s_busy);
        }
        // whatever comes in parallel is answered too, what hangs is counted, and what would be too much is not begun
        clock.Restart();
        var many = await Task.WhenAll(Enumerable.Range(0, 400).Select(n => leader.Receiver.Deliver(Replica.Happened(n), s_first, CancellationToken.None)));
        Assert.All(many, o => Assert.Equal(DeliveryResult.Failed, o.Result));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, PlaneKeeper.ConfirmDeadline + 2 * s_busy);
        Assert.InRange(leader.Plane.Overdue, 0, PlaneKeeper.MaxFlying);
        if (leader.Plane.Overdue >= PlaneKeeper.MaxOverdue)
        {
            var refused = leader.Receiver.Deliver(Replica.Happened(1), s_first, CancellationToken.None);
            if (leader.Plane.Overdue >= PlaneKeeper.MaxOverdue) Assert.Contains("still wait", AtOnce(refused).Detail);
            else await refused;
        }
        await _broker.Server.Ctl("set_vm_memory_high_watermark", "absolute", "512MB");
        await Wait.Until(() => leader.Plane.Status.Connected && leader.Plane.Overdue == 0, s_patience);
        Assert.Equal(DeliveryResult.Delivered, (await leader.Receiver.Deliver(Replica.Happened(401), s_first, CancellationToken.None)).Result);
    }
}
