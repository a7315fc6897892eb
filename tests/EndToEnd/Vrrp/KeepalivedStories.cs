using World.Stories;

namespace EndToEnd.Vrrp;

/// <summary>The model of keepalived, held against keepalived: the same stories, played by both.</summary>
[Collection(OneTour.Name)]
public sealed class KeepalivedStories(StoryTour tour)
{
    /// <summary>A single run on a machine that does other things, too; a median is held to 1.</summary>
    private const double Patience = 4;
    private const int MoreRuns = 2;

    public static TheoryData<string, string> Plays()
    {
        var plays = new TheoryData<string, string>();
        foreach (var (story, advert) in StoryTour.Chosen) plays.Add(story.Name, advert == StoryTour.Slow ? "1 s" : "100 ms");
        return plays;
    }

    [Theory]
    [MemberData(nameof(Plays))]
    public async Task Real_keepalived_and_its_model_end_a_story_the_same(string name, string interval)
    {
        var (story, advert) = StoryTour.Chosen.Single(c => c.Story.Name == name && c.Advert == (interval == "1 s" ? StoryTour.Slow : StoryTour.Fast));
        var model = await StoryRunner.Play(story, new ModelStage(), advert);
        var outcomes = await tour.Outcomes(story, advert);
        if (StoryTour.Measures)
        {
            Assert.Equal([], Comparison.Differences(story, advert, Measured.Of(name, advert, outcomes).Median, model));
            return;
        }
        if (Differences(outcomes[0]).Count == 0) return;
        // load can disturb one run, not the same one three times
        outcomes = [.. outcomes, .. await tour.Again(story, advert, MoreRuns)];
        var bad = outcomes.Select(Differences).Where(d => d.Count > 0).ToList();
        Assert.True(bad.Count * 2 < outcomes.Count, string.Join('\n', bad.Select(d => string.Join("; ", d))));

        IReadOnlyList<string> Differences(Outcome outcome) => Comparison.Differences(story, advert, outcome, model, Patience);
    }
}
