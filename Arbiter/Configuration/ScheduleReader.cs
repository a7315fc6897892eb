using System.Security.Cryptography;
using System.Text;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace Arbiter.Configuration;

/// <summary>The <c>schedule:</c> list of a group: what is done by itself, and when (docs/schedules.md).</summary>
internal static class ScheduleReader
{
    private const int MostOfGroup = 8;
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(10);
    /// <summary>So many times are looked at when the distance between two is judged.</summary>
    private const int LookedAt = 300;

    public static IReadOnlyList<ScheduleOptions> Read(Value value, GroupName? group, IReadOnlyList<MemberOptions>? members)
    {
        if (value.List(1, MostOfGroup, "schedules") is not { } items) return [];
        var schedules = new List<ScheduleOptions>();
        foreach (var item in items)
        {
            if (item.Section() is not { } section) continue;
            section.Later("drill");
            if (section.Has("drill"))
            {
                section.IgnoreRest();
                continue;
            }
            if (ReadOne(section, group, members) is not { } schedule) continue;
            if (schedules.Any(s => s.Name == schedule.Name)) item.Wrong("says the same as an earlier schedule of this group: remove one");
            else schedules.Add(schedule);
        }
        return schedules;
    }

    private static ScheduleOptions? ReadOne(Section section, GroupName? group, IReadOnlyList<MemberOptions>? members)
    {
        var when = section.Required("switchover", "give a cron expression such as \"0 0 4 ? * SUN\", or { at: \"2026-12-01T04:00\" }");
        var zone = ReadZone(section.Required("timeZone", "name the time zone that the times are in, such as Asia/Shanghai or UTC"));
        var to = ReadTarget(section.Optional("to"), members);
        var why = section.Optional("reason").Text("a text", 100);
        if (ReadWhen(when, zone) is not { } timetable || group is not { } g) return null;
        return new ScheduleOptions(NameOf(g, timetable, to), timetable, to, why);
    }

    private static TimeZoneInfo? ReadZone(Value value)
    {
        if (value.Text("the name of a time zone", 64) is not { } text) return null;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone)) return zone;
        value.Wrong($"'{text}' is no time zone of this machine: give a name such as Europe/Berlin, Asia/Shanghai or UTC (package tzdata)");
        return null;
    }

    private static Timetable? ReadWhen(Value when, TimeZoneInfo? zone)
    {
        var once = when.IsMapping;
        var value = once ? when.Section()!.Required("at", "give the time, such as \"2026-12-01T04:00\"") : when;
        if (value.Text(once ? "a time" : "a cron expression", 128) is not { } text) return null;
        string error;
        // without a good zone the text is judged all the same, so that its own mistakes are named at once
        var timetable = once ? Timetable.At(text, zone ?? TimeZoneInfo.Utc, out error) : Timetable.Cron(text, zone ?? TimeZoneInfo.Utc, out error);
        if (timetable is null)
        {
            value.Wrong(once ? error : $"is no cron expression: {error}; six or seven fields: second minute hour day-of-month month day-of-week [year]");
            return null;
        }
        if (zone is null) return null;
        var now = TimeProvider.System.GetUtcNow();
        if (!once && timetable.Next(DateTimeOffset.UnixEpoch) is null)
            value.Wrong("never comes: no day of any year fits");
        else if (timetable.Next(now) is null)
            value.Doubtful("is in the past and does not come again: remove it");
        else if (Closest(timetable, now) is { } gap && gap < Least)
            value.Wrong($"comes again after {DurationText.Format(gap)}: give at least {DurationText.Format(Least)} between two moves");
        return value.Faulty ? null : timetable;
    }

    private static TimeSpan? Closest(Timetable timetable, DateTimeOffset from)
    {
        var times = timetable.Between(from, DateTimeOffset.MaxValue, LookedAt);
        return times.Count < 2 ? null : times.Zip(times.Skip(1), (a, b) => b - a).Min();
    }

    private static NodeId? ReadTarget(Value value, IReadOnlyList<MemberOptions>? members)
    {
        if (value.Text("a node's name", 200) is not { } text) return null;
        if (!NodeId.TryParse(text, out var node)) value.Wrong($"is no node name: {Names.Rule}");
        else if (members is not null && members.All(m => m.Node != node)) value.Wrong($"'{node}' is no member of this group: {string.Join(", ", members.Select(m => m.Node))}");
        else return node;
        return null;
    }

    /// <summary>Made of what it says, not of its place: a changed schedule is another one, and has missed nothing.</summary>
    private static string NameOf(GroupName group, Timetable timetable, NodeId? to)
    {
        var said = Encoding.UTF8.GetBytes($"{timetable.Text}|{timetable.Zone.Id}|{to}");
        return $"{group}-switchover-{Convert.ToHexStringLower(SHA256.HashData(said))[..8]}";
    }
}
