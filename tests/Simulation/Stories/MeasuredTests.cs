using System.Runtime.CompilerServices;
using World.Stories;

namespace Simulation.Stories;

/// <summary>The model against what real keepalived was measured to do; no daemon is needed for it.</summary>
public sealed class MeasuredTests
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("ARBITER_REWRITE") == "1";

    public static TheoryData<string, double> All()
    {
        var data = new TheoryData<string, double>();
        foreach (var measured in Measured.Parse(Text())) data.Add(measured.Story, measured.Advert.TotalMilliseconds);
        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_model_ends_a_story_as_keepalived_did(string name, double advertMs)
    {
        var (story, advert) = (StoryBook.Named(name), TimeSpan.FromMilliseconds(advertMs));
        var real = Measured.Parse(Text()).Single(m => m.Story == name && m.Advert == advert);
        var model = await StoryRunner.Play(story, new ModelStage(), advert);
        Assert.Equal([], Comparison.Differences(story, advert, real.Median, model));
    }

    [Fact]
    public void Every_story_was_measured_at_every_interval_it_fits()
    {
        var measured = Measured.Parse(Text()).Select(m => (m.Story, m.Advert)).ToHashSet();
        var expected = from story in StoryBook.All() from advert in new[] { StoryBook.Slow, StoryBook.Fast } where story.Fits(advert) select (story.Name, advert);
        Assert.Equal([], expected.Where(e => !measured.Contains(e)).ToList());
    }

    [Fact]
    public void Reality_itself_was_nearly_always_of_one_mind() =>
        Assert.All(Measured.Parse(Text()), m => Assert.True(m.Alike * 5 >= m.Runs * 4, $"{m.Story}: {m.Alike} of {m.Runs} ended alike: a phase decides, which no story may leave to chance"));

    [Fact]
    public async Task The_table_in_the_docs_is_current()
    {
        var file = Path.Combine(Source(), "..", "..", "..", "docs", "model.md");
        var page = File.ReadAllText(file);
        var (begin, end) = (page.IndexOf(StoryTable.Begin, StringComparison.Ordinal), page.IndexOf(StoryTable.End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, "docs/model.md has lost the marks of its table");
        var now = page[..begin] + StoryTable.Begin + "\n\n" + await StoryTable.Render(Text()) + "\n" + page[end..];
        if (Rewrite) File.WriteAllText(file, now);
        else Assert.True(page == now, "the table in docs/model.md is not what the stories say now: run these tests once with ARBITER_REWRITE=1");
    }

    private static string Text() => File.ReadAllText(Path.Combine(Source(), "measured.txt"));

    private static string Source([CallerFilePath] string here = "")
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Arbiter.sln"))) return Path.Combine(at.FullName, "tests", "Simulation", "Stories");
        return Path.GetDirectoryName(here)!;
    }
}
