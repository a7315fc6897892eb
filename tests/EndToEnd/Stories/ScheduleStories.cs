using System.Globalization;
using System.Text.Json;
using EndToEnd.Stage;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Measuring;
using Lab.Services;

namespace EndToEnd.Stories;

/// <summary>A planned move comes at its second: once or not at all, told either way, and nobody notices.</summary>
public sealed class ScheduleStories(LabFixture lab, ITestOutputHelper output) : Story(lab, output)
{
    /// <summary>Restart of both arbiters, their grace, and some calm.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(35);
    /// <summary>An election after the yield, at the slowest.</summary>
    private static readonly double ElectedMs = 3 * LabFixture.AdvertMs + 1200;

    [Fact]
    public async Task A_scheduled_switchover_comes_in_its_second_and_costs_at_most_one_request()
    {
        await Scheduled(async (holder, due) =>
        {
            await Task.Delay(due - Wall);
            var from = Now;
            var other = Scene.Other(holder);
            await Scene.Until(() => Scene.Holds(other), TimeSpan.FromSeconds(12), $"{other} takes the VIP");
            Scene.Figures.Milliseconds("scheduled switchover: VIP moved after", Clock.Milliseconds(Now - from));
            Assert.Equal("moved", await Outcome(due));
            await Task.Delay(TimeSpan.FromSeconds(3));
            var seen = await Scene.SeenSince(from, holder);
            Moved(seen, 100, "scheduled switchover, until 3 s after it");
            Scene.Figures.Milliseconds("scheduled switchover: outage", seen.Outage.Milliseconds);
            Scene.Figures.Add("scheduled switchover: failed requests", $"{seen.Outage.Failed}");
            Assert.True(seen.Outage.Failed <= (seen.Stall > 40 ? 4 : 1), $"{seen}");
            Assert.Equal(other, await Scene.Rearmed());
            var whole = await Scene.SeenSince(from, holder);
            Moved(whole, 100, "scheduled switchover, until armed again");
        });
    }

    /// <summary>Before the record, at that very moment, between it and the end of the move, and when all is done. Dozens of leaders die so over real servers in <c>NeverTwiceTests</c>.</summary>
    [Theory]
    [InlineData(-300)]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(1500)]
    [Trait("tier", "long")]
    public async Task With_the_leader_killed_at_that_second_there_is_at_most_one_move_and_each_time_is_accounted_for(int offsetMs)
    {
        await Scheduled(async (holder, due) =>
        {
            var leader = await Scene.Api.Leader();
            Assert.NotNull(leader);
            var victims = ServiceTable.Arbiter.Victims(Scene.Host(leader));
            var blow = due + TimeSpan.FromMilliseconds(offsetMs);
            var wait = blow - Wall;
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            var from = Now;
            Assert.NotEqual(0, HostProcesses.Signal(victims, Lab.Native.Libc.SigKill));
            var outcome = await Outcome(due);
            // an order that went out is carried out by VRRP without a leader; one that did not leaves the record to be put right
            await Scene.Rearmed();
            var seen = await Scene.SeenSince(from, holder);
            Tell($"leader killed {offsetMs} ms beside the schedule: {outcome}; {seen}");
            Scene.Figures.Add($"leader killed {offsetMs} ms beside a schedule", $"{outcome}, {seen.Moves.Count} moves, {seen.Outage.Failed} failed");
            Assert.True(seen.Moves.Count <= 1, $"moved more than once: {seen}");
            if (outcome == "missed") Assert.Equal(0, seen.Moves.Count);
            Assert.True(seen.Outage.Milliseconds <= ElectedMs, $"{seen}");
        });
    }

    /// <summary>With a schedule that comes soon on both arbiters, and without it afterwards.</summary>
    private async Task Scheduled(Func<string, DateTimeOffset, Task> story)
    {
        await Scene.Calm();
        var plain = Scene.Host("arb1").Read(ArbiterYaml.Path)!;
        var soon = Wall + Ahead;
        var due = new DateTimeOffset(soon.Year, soon.Month, soon.Day, soon.Hour, soon.Minute, soon.Second, TimeSpan.Zero);
        try
        {
            await Restart(plain.TrimEnd() + $"\n    schedule: [ {{ switchover: {{ at: \"{due:yyyy-MM-ddTHH:mm:ss}\" }}, timeZone: UTC, reason: the test }} ]\n");
            var holder = await Scene.Rearmed();
            Assert.True(due - Wall > TimeSpan.FromSeconds(2), $"armed only {(due - Wall).TotalSeconds:0.0} s before the schedule: the machine is too busy for this story");
            await Told(TimeSpan.FromSeconds(15));
            await story(holder, due);
        }
        finally
        {
            await Restart(plain);
            await Scene.Rearmed();
        }
    }

    private async Task Restart(string yaml)
    {
        foreach (var name in Topology.Arbiters) Scene.Host(name).Write(ArbiterYaml.Path, yaml);
        foreach (var name in Topology.Arbiters)
        {
            await ServiceTable.Arbiter.Stop(Scene.Host(name));
            await Scene.Start(ServiceTable.Arbiter, name);
        }
    }

    /// <summary>The leader shows the schedule and decides: its grace is over.</summary>
    private async Task Told(TimeSpan within)
    {
        for (var until = Wall + within; Wall < until; await Task.Delay(100))
            if (await Scene.Api.Groups() is { } groups && Group(groups) is var group
                && group.GetProperty("schedules").GetArrayLength() == 1 && group.GetProperty("decision").GetString() == "keep") return;
        Assert.Fail("the leader does not show the schedule, or does not decide yet");
    }

    /// <summary>moved or missed, as the leader tells it.</summary>
    private async Task<string> Outcome(DateTimeOffset due)
    {
        for (var until = due + TimeSpan.FromSeconds(60); Wall < until; await Task.Delay(200))
        {
            if (await Scene.Api.Groups() is not { } groups) continue;
            var schedules = Group(groups).GetProperty("schedules");
            if (schedules.GetArrayLength() != 1 || schedules[0].GetProperty("last") is not { ValueKind: JsonValueKind.Object } last) continue;
            Tell(string.Create(CultureInfo.InvariantCulture, $"told {(Wall - due).TotalSeconds:0.0} s after the time: {last}"));
            return last.GetProperty("outcome").GetString()!;
        }
        Assert.Fail("nobody tells what became of the schedule");
        return "";
    }

    private static JsonElement Group(JsonElement groups) => groups.GetProperty("groups")[0];

    private static DateTimeOffset Wall => TimeProvider.System.GetUtcNow();
}
