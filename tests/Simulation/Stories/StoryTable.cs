using System.Text;
using World.Stories;

namespace Simulation.Stories;

/// <summary>The stories with both times side by side, as a page of the docs has it between its two marks.</summary>
internal static class StoryTable
{
    public const string Begin = "<!-- stories: written by tests/Simulation, do not edit -->";
    public const string End = "<!-- /stories -->";

    public static async Task<string> Render(string measuredText)
    {
        var measured = Measured.Parse(measuredText).ToDictionary(m => (m.Story, m.Advert));
        var text = new StringBuilder();
        text.Append($"Measured: {measuredText.Split('\n')[0].TrimStart('#', ' ')}.\n\n");
        text.Append("| story | ends with | keepalived, 1 s | model | keepalived, 100 ms | model | same |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var story in StoryBook.All())
        {
            var played = false;
            List<string> differences = [];
            var cells = new List<string>();
            foreach (var advert in new[] { StoryBook.Slow, StoryBook.Fast })
            {
                if (!story.Fits(advert) || !measured.TryGetValue((story.Name, advert), out var real))
                {
                    cells.AddRange(["-", "-"]);
                    continue;
                }
                var model = await StoryRunner.Play(story, new ModelStage(), advert);
                cells.AddRange([Cell(real.Median) + (real.Alike == real.Runs ? $" ({real.Runs})" : $" ({real.Alike} of {real.Runs})"), Cell(model)]);
                played = true;
                differences.AddRange(Comparison.Differences(story, advert, real.Median, model));
            }
            var ends = story.Ends.IsEmpty ? "nobody" : string.Join(", ", story.Ends);
            text.Append($"| `{story.Name}` {story.Title} | {ends} | {string.Join(" | ", cells)} | {(!played ? "-" : differences.Count == 0 ? "yes" : string.Join("; ", differences))} |\n");
        }
        return text.ToString();
    }

    private static string Cell(Outcome outcome)
    {
        List<string> parts = [outcome.Moved is { } moved ? $"+{Ms(moved)}" : outcome.Arrivals > 0 ? "back" : "no move"];
        if (outcome.Gap > TimeSpan.FromMilliseconds(5)) parts.Add($"gap {Ms(outcome.Gap)}");
        if (outcome.Overlap > TimeSpan.FromMilliseconds(5)) parts.Add($"both {Ms(outcome.Overlap)}");
        if (outcome.Arrivals > 1) parts.Add($"{outcome.Arrivals} arrivals");
        return string.Join(", ", parts);
    }

    private static string Ms(TimeSpan time) => time.TotalMilliseconds < 100 ? $"{time.TotalMilliseconds:0.0}" : $"{time.TotalMilliseconds:0}";
}
