using System.Globalization;

namespace Contracts.Configuration;

/// <summary>Durations as people write them: one number and one unit of <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c> (<c>500ms</c>, <c>1.5s</c>, <c>7d</c>).</summary>
public static class DurationText
{
    public const string Rule = "a duration is a number and a unit (ms, s, m, h or d) without a space, such as 500ms, 3s or 5m";

    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>At most 100 years, at least a millisecond's resolution; anything else is false.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            var number = text.AsSpan(0, text.Length - unit.Length);
            if (number.Length is 0 or > 12 || !char.IsAsciiDigit(number[^1])) continue;
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) continue;
            var total = Math.Round(count * milliseconds, 6);
            if (total > 36_525d * 86_400_000 || total != Math.Floor(total)) return false;
            duration = TimeSpan.FromMilliseconds((long)total);
            return true;
        }
        return false;
    }

    /// <summary>The shortest way to write a duration: <c>1500ms</c>, <c>2s</c>, <c>7d</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        if (milliseconds == 0) return "0s";
        foreach (var (unit, size) in Units.Reverse())
            if (milliseconds % (long)size == 0) return $"{milliseconds / (long)size}{unit}";
        return $"{milliseconds}ms";
    }
}
