namespace Arbiter.Core;

/// <summary>One time of one schedule. It is spent in the register, in the same change as what it causes, and never causes anything again.</summary>
/// <param name="Schedule">The schedule's name in its cluster: group, kind and place in the list.</param>
/// <param name="At">The time it stands for, not the time it was noticed.</param>
public sealed record Firing(string Schedule, DateTimeOffset At)
{
    public bool IsSpent(Outbox box) => box.Fired.TryGetValue(Schedule, out var last) && last >= At;

    public Outbox Spend(Outbox box)
    {
        var fired = box.Fired.SetItem(Schedule, At);
        // schedules that were removed from the configuration: the ones that fired longest ago go first
        while (fired.Count > Outbox.MaxSchedules) fired = fired.Remove(fired.MinBy(f => f.Value).Key);
        return box with { Fired = fired };
    }
}
