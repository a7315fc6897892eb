using System.Globalization;
using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Native;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>Every change of role is told, once, in order, whatever is down meanwhile. <c>E2E_MOVES=200</c> for the long run.</summary>
public sealed class NotificationStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    private const int Shift = 5;
    private static readonly TimeSpan Catches = TimeSpan.FromMinutes(4);
    /// <summary>Each waits until the pair is armed.</summary>
    private const int Measured = 5;
    private static readonly int s_moves = int.TryParse(Environment.GetEnvironmentVariable("E2E_MOVES"), CultureInfo.InvariantCulture, out var asked) ? asked : 20;
    private readonly List<(double Up, double Down)> _shifts = [];
    private double _upSince;

    [Fact]
    public async Task Every_transition_arrives_in_order_with_the_receiver_down_half_of_the_time_two_leaders_killed_and_the_broker_restarted()
    {
        await Scene.Calm();
        await using var hook = await HookReceiver.Prepare(Scene.Lab);
        await Up(hook);
        var logs = Topology.Balancers.ToDictionary(b => b, b => Scene.Log(b, "keepalived"));
        for (var move = 0; move < s_moves; move++)
        {
            if (move % (2 * Shift) == Shift) await Down(hook);
            if (move > 0 && move % (2 * Shift) == 0) await Up(hook);
            if (move == s_moves / 3 || move == 2 * s_moves / 3) await KillLeader();
            if (move == s_moves / 2) await RestartBroker();
            await Move();
        }
        await Up(hook);
        // without a standby a node that is well again takes the VIP back a moment later: that comes before the logs are read
        await Scene.Calm();

        var entered = logs.ToDictionary(l => l.Key, l => KeepalivedLog.Roles(l.Value));
        var expected = entered.Values.Sum(r => r.Count);
        await Until(() => Transitions(hook).Count(t => IsOurs(t, entered)) >= expected && WithoutGap(hook), Catches);
        Judge(hook, entered);
    }

    [Fact]
    public async Task With_everything_up_the_webhook_is_asked_within_a_second_of_the_advertisement()
    {
        await Scene.Calm();
        await using var hook = await HookReceiver.Prepare(Scene.Lab);
        await using var tap = await AdvertTap.Start(Scene.Lab);
        await Up(hook);
        // what waited for the receiver comes first
        await Until(() => hook.Told.Count > 0 && WithoutGap(hook), TimeSpan.FromSeconds(35));
        for (var move = 0; move < Math.Min(s_moves, LabFixture.All ? s_moves : Measured); move++) await Move();
        await Task.Delay(TimeSpan.FromSeconds(2));
        Latency(hook, tap);
    }

    /// <summary>haproxy of whoever holds dies; the other takes over; the dead one comes back.</summary>
    private async Task Move()
    {
        var holder = Scene.Lab.VipOwners.Single();
        await Scene.Strike("kill-haproxy", holder);
        await Scene.Until(() => Scene.Holds(Scene.Other(holder)), TimeSpan.FromSeconds(10), $"{Scene.Other(holder)} takes the VIP");
        await Scene.Start(ServiceTable.Haproxy, holder);
        await Scene.Until(() => !Scene.Fenced(holder) && Scene.Priority(holder) >= Topology.BasePriority(holder), TimeSpan.FromSeconds(20), $"{holder} is well again");
    }

    /// <summary>Its supervisor starts it again after a second; the other one leads by then, or soon after.</summary>
    private async Task KillLeader()
    {
        string? leader = null;
        for (var until = Now + 20 * Clock.Second; leader is null; leader = await Scene.Api.Leader()) Assert.True(Now < until, "nobody leads");
        HostProcesses.Signal(ServiceTable.Arbiter.Victims(Scene.Host(leader)), Libc.SigKill);
    }

    private async Task RestartBroker()
    {
        await Scene.Strike("kill-broker");
        await Scene.Start(ServiceTable.RabbitMq, "mq");
    }

    private void Judge(HookReceiver hook, Dictionary<string, IReadOnlyList<string>> entered)
    {
        var told = hook.Told.ToArray();
        Assert.All(told, t => Assert.True(t.Verified, $"{t.Id}: {t.Why}"));
        var first = told.DistinctBy(t => t.Id).ToArray();
        var perGroup = first.GroupBy(t => t.Group).ToArray();
        Assert.All(perGroup, g => Assert.Equal(g.Select(t => t.Number).Order(), g.Select(t => t.Number)));
        Assert.DoesNotContain(first, t => t.Type == "events_coalesced");
        foreach (var (balancer, roles) in entered)
            Assert.Equal(roles, Transitions(hook).Where(t => t.Node == balancer).TakeLast(roles.Count).Select(t => t.To));
        Assert.True(WithoutGap(hook), $"a number is missing: {string.Join(' ', first.Select(t => t.Number).Order())}");
        Tell($"{s_moves} moves: {entered.Values.Sum(r => r.Count)} transitions by keepalived's own log, all told; {first.Length} events in {told.Length} requests, {told.Length - first.Length} duplicates with the same id, all signatures verified");
        Scene.Figures.Add($"told through {s_moves} moves, receiver down half of the time", $"{first.Length} events, {told.Length - first.Length} duplicates, none lost");
    }

    private void Latency(HookReceiver hook, AdvertTap tap)
    {
        var adverts = tap.Masters;
        var delays = new List<double>();
        foreach (var t in Transitions(hook).Where(t => t.To == "MASTER"))
        {
            var arrived = hook.Told.Where(d => d.Id == t.Id).Min(d => d.At);
            // the advertisement that this transition made: the last of that balancer before it was told
            var advert = adverts.LastOrDefault(a => a.Balancer == t.Node && a.At <= arrived && Math.Abs(a.At - t.Utc.ToUnixTimeMilliseconds()) < 2000);
            if (advert.Balancer is null || !_shifts.Any(s => advert.At >= s.Up && arrived <= s.Down)) continue;
            // a receiver that was away is told the old things first, when its next try is due: that is another figure
            if (hook.Told.Any(d => d.Number < t.Number && d.Utc.ToUnixTimeMilliseconds() < advert.At - 500 && hook.Told.Where(e => e.Id == d.Id).Min(e => e.At) > advert.At)) continue;
            delays.Add(arrived - advert.At);
        }
        Assert.NotEmpty(delays);
        delays.Sort();
        var text = string.Create(CultureInfo.InvariantCulture,
            $"p50 {At(delays, 0.5):0.0} ms, p99 {At(delays, 0.99):0.0} ms, longest {delays[^1]:0.0} ms of {delays.Count}");
        Tell($"MASTER advertisement on the wire to the webhook's request, receiver up: {text}");
        Scene.Figures.Add($"MASTER advert on the wire to the webhook's request", text);
        Assert.True(At(delays, 0.5) < 1000, text);
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];

    private static Told[] Transitions(HookReceiver hook) =>
        [.. hook.Told.Where(t => t is { Verified: true, Type: "role_changed" }).DistinctBy(t => t.Id).OrderBy(t => t.Number)];

    private static bool WithoutGap(HookReceiver hook)
    {
        var numbers = hook.Told.Where(t => t.Verified).Select(t => t.Number).Distinct().ToArray();
        return numbers.Length > 0 && numbers.Max() - numbers.Min() + 1 == numbers.Length;
    }

    private static bool IsOurs(Told told, Dictionary<string, IReadOnlyList<string>> entered) => entered.ContainsKey(told.Node);

    private async Task Up(HookReceiver hook)
    {
        if (_upSince > 0) return;
        await hook.Start();
        _upSince = Wall;
        _shifts.Add((_upSince, double.MaxValue));
    }

    private async Task Down(HookReceiver hook)
    {
        _shifts[^1] = (_upSince, Wall);
        _upSince = 0;
        await hook.Kill();
    }

    private static double Wall => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task Until(Func<bool> holds, TimeSpan within)
    {
        var until = Clock.Now + within.Ticks * 100;
        while (!holds() && Clock.Now < until) await Task.Delay(100);
    }
}
