namespace World.Stories;

/// <summary>Whether two players of one story ended the same, and what the difference may be.</summary>
public static class Comparison
{
    /// <summary>What processes need that the model does not know: waking up, writing a file, adding an address.</summary>
    public static readonly TimeSpan Exactness = TimeSpan.FromMilliseconds(5);

    /// <summary>Adverts are sent when the process gets to it; over the two or three that an election counts this adds up.</summary>
    public const double ExactnessAdverts = 0.05;

    /// <summary>How far each time of two runs may lie apart.</summary>
    public static TimeSpan Allowed(Story story, TimeSpan advert) =>
        Exactness + (ExactnessAdverts + (story.Slack?.Adverts ?? 0)) * advert + (story.Slack?.Time ?? TimeSpan.Zero);

    /// <summary>What is not the same, in words; empty: nothing.</summary>
    /// <param name="patience">How many times as far apart as <see cref="Allowed"/>: 1 for medians, more for a single run on a busy machine.</param>
    public static IReadOnlyList<string> Differences(Story story, TimeSpan advert, Outcome real, Outcome model, double patience = 1)
    {
        var allowed = patience * Allowed(story, advert);
        List<string> found = [];
        if (!real.Holders.SequenceEqual(model.Holders)) found.Add($"held by {Text(real)}, by {Text(model)} in the model");
        if (!model.Holders.SequenceEqual(story.Ends)) found.Add($"held by {Text(model)} in the model, the story says {Text(story.Ends)}");
        if (real.Arrivals != model.Arrivals) found.Add($"{real.Arrivals} arrivals, {model.Arrivals} in the model");
        if (real.Moved is null != model.Moved is null) found.Add($"moved {Ms(real.Moved)}, {Ms(model.Moved)} in the model");
        else Time("moved", real.Moved ?? TimeSpan.Zero, model.Moved ?? TimeSpan.Zero);
        Time("gap", real.Gap, model.Gap);
        Time("overlap", real.Overlap, model.Overlap);
        return found;

        void Time(string what, TimeSpan inReality, TimeSpan inModel)
        {
            if ((inReality - inModel).Duration() > allowed) found.Add($"{what} {Ms(inReality)}, {Ms(inModel)} in the model, at most {Ms(allowed)} apart");
        }
    }

    public static string Text(Outcome outcome) => Text(outcome.Holders);

    public static string Ms(TimeSpan? time) => time is { } t ? $"{t.TotalMilliseconds:0.0} ms" : "never";

    private static string Text(IReadOnlyList<string> holders) => holders.Count == 0 ? "nobody" : string.Join(" and ", holders);
}
