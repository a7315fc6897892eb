using Simulation.Stories;
using World.Stories;

namespace Simulation.Vrrp;

/// <summary>Every story of the file, played by the model: it ends as the story says, and always in the same way.</summary>
public sealed class ModelStoryTests
{
    public static TheoryData<string, bool> Stories()
    {
        var data = new TheoryData<string, bool>();
        foreach (var story in StoryBook.All())
        {
            if (story.Fits(StoryBook.Slow)) data.Add(story.Name, true);
            if (story.Fits(StoryBook.Fast)) data.Add(story.Name, false);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task The_model_ends_each_story_where_the_file_says(string name, bool slow)
    {
        var story = StoryBook.Named(name);
        var outcome = await StoryRunner.Play(story, new ModelStage(), slow ? StoryBook.Slow : StoryBook.Fast);
        Assert.Equal(story.Ends, outcome.Holders);
    }

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task The_same_story_gives_the_same_run(string name, bool slow)
    {
        var (story, advert) = (StoryBook.Named(name), slow ? StoryBook.Slow : StoryBook.Fast);
        var (one, other) = (new ModelStage(), new ModelStage());
        await StoryRunner.Play(story, one, advert);
        await StoryRunner.Play(story, other, advert);
        Assert.NotEmpty(one.Sightings);
        Assert.Equal(one.Sightings, other.Sightings);
    }
}
