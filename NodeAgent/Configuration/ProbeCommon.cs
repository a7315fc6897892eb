using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>What every kind of probe has: its class, its times, its rise and fall.</summary>
internal static class ProbeCommon
{
    /// <param name="limit">The key of the time limit of one sample.</param>
    /// <param name="relations">false when something else is wrong that makes the defaults doubtful.</param>
    public static ProbeOptions Read(
        string name, Section section, ProbeDefaults defaults, bool deadlineMayBeInterval = false, bool relations = true, string limit = "deadline", TimeSpan? least = null)
    {
        var hour = TimeSpan.FromHours(1);
        var probeClass = section.Optional("class").OneOf(("hard", ProbeClass.Hard), ("soft", ProbeClass.Soft)) ?? defaults.Class;
        var intervalValue = section.Optional("interval");
        var interval = intervalValue.Duration(least ?? TimeSpan.FromMilliseconds(20), hour) ?? defaults.Interval;
        var deadlineValue = section.Optional(limit);
        var deadline = deadlineValue.Duration(TimeSpan.FromMilliseconds(5), hour) ?? defaults.DeadlineFor(interval);
        if (relations && !intervalValue.Faulty && !deadlineValue.Faulty && (deadline > interval || deadline == interval && !deadlineMayBeInterval))
            deadlineValue.Wrong($"{DurationText.Format(deadline)} must be {(deadlineMayBeInterval ? "at most" : "below")} the interval ({DurationText.Format(interval)}): "
                + $"a sample may not run into the next; lower {limit} or raise interval");
        var rise = section.Optional("rise").Integer(1, 100) ?? defaults.Rise;
        var fallValue = section.Optional("fall");
        var fall = fallValue.Integer(1, 100) ?? defaults.Fall;
        var holderValue = section.Optional("holderFall");
        var holderFall = holderValue.Integer(1, 101) ?? defaults.HolderFallFor(fall);
        if (relations && !fallValue.Faulty && !holderValue.Faulty && holderFall < fall)
            holderValue.Doubtful($"{holderFall} is below fall ({fall}): the holder would be down before a candidate that sees the same, and the VIP may move for nothing");
        return new ProbeOptions
        {
            Name = name,
            Class = probeClass,
            Interval = interval,
            Deadline = deadline,
            Rise = rise,
            Fall = fall,
            HolderFall = holderFall,
        };
    }
}
