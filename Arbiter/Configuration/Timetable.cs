using System.Globalization;
using Quartz;

namespace Arbiter.Configuration;

/// <summary>
/// When something is due: a cron expression, or one time, in a named time zone. Pure but for the machine's time zone data.
/// A local time that a change of the clocks leaves out comes at the moment of the change; one that comes twice counts once, the first time.
/// </summary>
public sealed class Timetable
{
    private readonly CronExpression? _cron;
    private readonly DateTimeOffset _at;

    private Timetable(string text, TimeZoneInfo zone, CronExpression? cron, DateTimeOffset at) => (Text, Zone, _cron, _at) = (text, zone, cron, at);

    /// <summary>As it stands in the file.</summary>
    public string Text { get; }
    public TimeZoneInfo Zone { get; }
    /// <summary>It comes once.</summary>
    public bool Once => _cron is null;

    /// <param name="error">What is wrong, for a person; empty when nothing is.</param>
    public static Timetable? Cron(string text, TimeZoneInfo zone, out string error)
    {
        error = Shape(text);
        if (error.Length > 0) return null;
        try
        {
            return new Timetable(text, zone, new CronExpression(text, zone), default);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            error = e.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    /// <summary>The library reads two day fields together as it thinks best, and speaks of its own classes when there are five fields.</summary>
    private static string Shape(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 5) return "it has five fields, as in a crontab: put the second in front";
        if (fields.Length is < 6 or > 7) return $"it has {fields.Length} field(s)";
        return (fields[3] == "?") == (fields[5] == "?") ? "day-of-month and day-of-week: exactly one of the two is '?', the other says the day" : "";
    }

    /// <summary>A local time as <c>2026-12-01T04:00</c>, seconds if wanted.</summary>
    public static Timetable? At(string text, TimeZoneInfo zone, out string error)
    {
        error = "";
        if (!DateTime.TryParseExact(text, ["yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            error = "is no time: write it such as 2026-12-01T04:00, in the time zone given beside it";
        else if (zone.IsInvalidTime(local))
            error = $"does not exist in {zone.Id}: the clocks go forward over it";
        if (error.Length > 0) return null;
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new Timetable(text, zone, null, new DateTimeOffset(local, offset).ToUniversalTime());
    }

    /// <summary>The first time behind a moment; null = never again.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        _cron is { } cron ? cron.GetNextValidTimeAfter(after)?.ToUniversalTime() : _at > after ? _at : null;

    /// <summary>All times in a span, the first excluded and the last included, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, int most = 1000)
    {
        var times = new List<DateTimeOffset>();
        for (var next = Next(from); next is { } t && t <= to && times.Count < most; next = Next(t)) times.Add(t);
        return times;
    }
}
