using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Schedules;

/// <summary>A schedule with the group that it moves.</summary>
internal sealed record Planning(GroupName Group, ScheduleOptions Options)
{
    public string Name => Options.Name;
}

/// <summary>
/// Which times of the schedules are due and neither moved nor missed in the register. Pure: the leader asks again and again, and records
/// what comes out. A time once recorded never comes out again, whichever replica asks.
/// </summary>
internal static class Accounts
{
    /// <summary>Fired later than this it is not run: nobody expects a move any more.</summary>
    public static readonly TimeSpan LateMost = TimeSpan.FromSeconds(30);
    /// <summary>What is older is not told of: everybody has noticed by then.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(24);

    /// <summary>Schedules that the register does not know yet.</summary>
    public static OutboxWish? Unknown(IEnumerable<Planning> plans, Outbox box, DateTimeOffset now)
    {
        ImmutableArray<Firing> unknown = [.. plans.Where(p => !box.Fired.ContainsKey(p.Name)).Select(p => new Firing(p.Name, now))];
        return unknown.IsEmpty ? null : new OutboxWish.Scheduled(unknown);
    }

    /// <param name="until">Times up to this one should have come to something by now.</param>
    /// <param name="why">What is known of a time; null = nothing.</param>
    /// <param name="otherwise">Why, when nothing is known.</param>
    public static IEnumerable<OutboxWish.Missed> Missed(IEnumerable<Planning> plans, Outbox box, DateTimeOffset until, Func<Firing, string?> why, string otherwise)
    {
        foreach (var plan in plans)
        {
            if (!box.Fired.TryGetValue(plan.Name, out var last) || last >= until) continue;
            var from = last > until - Horizon ? last : until - Horizon;
            var times = plan.Options.Timetable.Between(from, until);
            if (times.Count == 0) continue;
            // one record for all of them: the ring of events is small, and one says it
            var firing = new Firing(plan.Name, times[^1]);
            var more = times.Count == 1 ? "" : $"; {times.Count} times were missed, the first {Text(times[0])}";
            yield return new OutboxWish.Missed(firing, plan.Group, Reason(plan, firing.At, (why(firing) ?? otherwise) + more));
        }
    }

    public static string Reason(Planning plan, DateTimeOffset at, string why) => $"switchover {plan.Options.Timetable.Text} due {Text(at)} was not made: {why}";

    /// <summary>The second half of the recorded reason of a move: by it the move is found again.</summary>
    public static string Why(Planning plan, DateTimeOffset at) => $"{plan.Name} due {Text(at)}{(plan.Options.Why is { } why ? $", {why}" : "")}";

    /// <summary>What became of the newest time that the ring of events or the group's moves still tell of.</summary>
    public static ScheduleOutcome? Last(Planning plan, Outbox box, Assignment? assignment)
    {
        var begins = $"scheduled: {plan.Name} due ";
        var missed = box.Events.LastOrDefault(e => e.Type == EventTypes.ScheduleMissed && e.To == plan.Name);
        var moved = assignment?.Moves.LastOrDefault(m => m.Reason.StartsWith(begins, StringComparison.Ordinal));
        if (moved is not null && (missed is null || moved.Utc > missed.Utc)) return new ScheduleOutcome(moved.Utc, true, $"moved from {moved.From} to {moved.To}");
        return missed is null ? null : new ScheduleOutcome(missed.Utc, false, missed.Reason);
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
