using System.Collections.Immutable;
using System.Globalization;

namespace World.Stories;

/// <summary>What real daemons made of a story at one interval: the median of some runs.</summary>
/// <param name="Alike">How many of them ended with the same holders and as many arrivals as the median.</param>
public sealed record Measured(string Story, TimeSpan Advert, int Runs, int Alike, Outcome Median)
{
    private const string Columns = "# story advert-ms runs-alike/runs holders moved-ms gap-ms overlap-ms arrivals";
    private const int MostRuns = 1000;

    /// <param name="outcomes">At least one.</param>
    public static Measured Of(string story, TimeSpan advert, IReadOnlyList<Outcome> outcomes)
    {
        var usual = outcomes.GroupBy(Ending).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().ToList();
        var moved = usual.Select(o => o.Moved).OfType<TimeSpan>().ToList();
        var median = usual[0] with
        {
            Moved = moved.Count * 2 > usual.Count ? Middle(moved) : null,
            Gap = Middle(usual.Select(o => o.Gap)),
            Overlap = Middle(usual.Select(o => o.Overlap)),
        };
        return new Measured(story, advert, outcomes.Count, usual.Count, median);
    }

    public static string Format(IEnumerable<Measured> all, string remark) =>
        $"# {remark}\n{Columns}\n" + string.Concat(all.Select(m => m.Line() + "\n"));

    /// <exception cref="FormatException">A line is none of <see cref="Format"/>; its number is in the message.</exception>
    public static ImmutableArray<Measured> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split('\n')
            .Select((line, i) => (Words: line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), Number: i + 1))
            .Where(l => l.Words.Length > 0)
            .Select(l => Read(l.Words) ?? throw new FormatException($"line {l.Number} does not read as '{Columns}'"))];
    }

    private static string Ending(Outcome outcome) => $"{string.Join('+', outcome.Holders)} {outcome.Arrivals}";

    private static TimeSpan Middle(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private string Line() => string.Join(' ',
        Story, Ms(Advert), $"{Alike}/{Runs}", Median.Holders.Length == 0 ? "-" : string.Join('+', Median.Holders),
        Median.Moved is { } moved ? Ms(moved) : "-", Ms(Median.Gap), Ms(Median.Overlap), Median.Arrivals);

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("0.#", CultureInfo.InvariantCulture);

    private static Measured? Read(string[] words)
    {
        if (words is not [var story, var advert, var runs, var holders, var moved, var gap, var overlap, var arrivals]) return null;
        if (Time(advert) is not { } interval || Time(gap) is not { } nobody || Time(overlap) is not { } several) return null;
        if (moved != "-" && Time(moved) is null) return null;
        if (runs.Split('/') is not [var alike, var all] || Count(alike) is not { } a || Count(all) is not { } n || Count(arrivals) is not { } came) return null;
        return new Measured(story, interval, n, a, new Outcome(holders == "-" ? [] : [.. holders.Split('+')], moved == "-" ? null : Time(moved), nobody, several, came));
    }

    private static TimeSpan? Time(string word) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) && ms < 1e7 ? TimeSpan.FromMilliseconds(ms) : null;

    private static int? Count(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= MostRuns ? n : null;
}
