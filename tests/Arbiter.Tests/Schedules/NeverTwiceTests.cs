using System.Globalization;
using System.Text.RegularExpressions;
using Arbiter.Core;

namespace Arbiter.Tests.Schedules;

/// <summary>
/// Two replicas with their real loops and schedulers on three real Redis servers, a schedule every two seconds, and the leader killed
/// before, during and after the proposal. Clocks of decisions run eight times faster, so that a grace is over in a second.
/// </summary>
[Trait("tier", "integration")]
public sealed partial class NeverTwiceTests
{
    private const int Rounds = 10;
    private const int MostRounds = 30;
    private const int LeastMoves = 3;

    [Fact]
    public async Task No_time_of_a_schedule_moves_twice_and_each_is_accounted_for_however_leaders_die()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var world = await SchedulePair.Start();
        var random = new Random(20260304);
        var first = DateTimeOffset.MaxValue;
        // a busy machine moves less often between two deaths: it gets more of them
        for (var round = 0; round < Rounds || (round < MostRounds && Moves(world).Count < LeastMoves); round++)
        {
            await world.Led(stopping);
            if (first == DateTimeOffset.MaxValue) first = TimeProvider.System.GetUtcNow();
            switch (round % 4)
            {
                case 0: await world.KillLeaderAtTime(TimeSpan.FromMilliseconds(random.Next(-60, 0)), stopping); break;
                case 1: await world.KillLeaderWhenItProposes(behind: false, stopping); break;
                case 2: await world.KillLeaderWhenItProposes(behind: true, stopping); break;
                default: await world.KillLeaderAtTime(TimeSpan.FromMilliseconds(random.Next(0, 40)), stopping); break;
            }
            world.Add();
        }
        await world.Led(stopping);
        var last = TimeProvider.System.GetUtcNow();
        await world.Accounted(last, stopping);

        var told = world.Told;
        var moved = Moves(world);
        var missed = told.Where(e => e.Type == EventTypes.ScheduleMissed).Select(e => Span(e.Reason)).ToList();
        TestContext.Current.SendDiagnosticMessage($"{moved.Count} moves, {missed.Count} records of misses, {world.Yields} hand-overs, {world.Kills} leaders killed");

        Assert.Equal(moved.Count, moved.Distinct().Count());
        Assert.InRange(world.Kills, Rounds, MostRounds);
        // not one of them by a word of a dead leader: each hand-over has its record
        Assert.True(world.Yields <= moved.Count, $"{world.Yields} hand-overs, {moved.Count} records");
        Assert.True(moved.Count >= LeastMoves, $"{moved.Count} moves: nothing was tried");
        for (var due = world.DueAfter(first); due <= last; due = world.DueAfter(due))
        {
            var ways = moved.Count(m => m == due) + missed.Count(m => m.From <= due && due <= m.To);
            Assert.True(ways == 1, $"{due:O} is told {ways} times; moved {string.Join(' ', moved.Select(m => m.ToString("mm:ss", CultureInfo.InvariantCulture)))}; missed {string.Join(' ', missed.Select(m => $"{m.From:mm:ss}-{m.To:mm:ss}"))}");
        }
    }

    private static List<DateTimeOffset> Moves(SchedulePair world) =>
        [.. world.Told.Where(e => e.Type == EventTypes.DecisionMade && e.Reason.StartsWith("scheduled: ", StringComparison.Ordinal)).Select(e => Time(Due().Match(e.Reason).Groups[1].Value))];

    private static (DateTimeOffset From, DateTimeOffset To) Span(string reason)
    {
        var to = Time(Due().Match(reason).Groups[1].Value);
        return First().Match(reason) is { Success: true } many ? (Time(many.Groups[1].Value), to) : (to, to);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"due (\S+Z)")]
    private static partial Regex Due();

    [GeneratedRegex(@"times were missed, the first (\S+Z)")]
    private static partial Regex First();
}
