using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Schedules;

/// <summary>What is planned and what became of it, for people.</summary>
public interface ISchedules
{
    public ImmutableArray<ScheduleStatus> Of(GroupName group);
}

/// <param name="When">As it stands in the configuration.</param>
/// <param name="Next">Null: it does not come again.</param>
/// <param name="Last">The newest time whose outcome is still in the register's ring of events.</param>
public sealed record ScheduleStatus(string Name, string When, string TimeZone, string? To, string? Why, DateTimeOffset? Next, ScheduleOutcome? Last);

/// <param name="Moved">False: missed, and <paramref name="Text"/> says why.</param>
public sealed record ScheduleOutcome(DateTimeOffset At, bool Moved, string Text);
