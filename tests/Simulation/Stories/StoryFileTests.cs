using World.Stories;

namespace Simulation.Stories;

/// <summary>The text format: what it says is what is played, and what it does not know is an error with its line.</summary>
public sealed class StoryFileTests
{
    private const string Good = """
        # a comment
        story one  A title of words
          lb1 254 raise -3 keep nopreempt master refresh 1 s
          lb2 253
          only 100 ms
          until lb1      # another
          wait 4.5 adverts
          wait 20 ms
          mark
          fence lb1 1
          cut lb1 lb2
          freeze lb2
          thaw lb2
          ends lb2
          slack 0.5 adverts because of the phase
        """;

    [Fact]
    public void A_story_is_what_its_lines_say()
    {
        var story = Assert.Single(Parsed(Good));
        Assert.Equal(("one", "A title of words"), (story.Name, story.Title));
        Assert.Equal(
            [new NodeSetup("lb1", 254, -3, NoPreempt: true, StartAsMaster: true, Overwrite: false, TimeSpan.FromSeconds(1)), new NodeSetup("lb2", 253)],
            story.Setup);
        Assert.Equal(
            [
                new StoryStep.UntilMaster("lb1"), new StoryStep.WaitAdverts(4.5), new StoryStep.Wait(TimeSpan.FromMilliseconds(20)), new StoryStep.Mark(),
                new StoryStep.Fence("lb1", 1), new StoryStep.Partition("lb1", "lb2", true), new StoryStep.Freeze("lb2", true), new StoryStep.Freeze("lb2", false),
            ],
            story.Steps);
        Assert.Equal(["lb2"], story.Ends);
        Assert.Equal(new Slack(0.5, TimeSpan.Zero, "because of the phase"), story.Slack);
        Assert.True(story.Fits(TimeSpan.FromMilliseconds(100)));
        Assert.False(story.Fits(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("fence lb3 1", "'lb3' is no node of this story")]
    [InlineData("fence lb1", "does not read as a step")]
    [InlineData("fence lb1 one", "does not read as a step")]
    [InlineData("wait 0 ms", "does not read as a step")]
    [InlineData("wait 4 weeks", "does not read as a step")]
    [InlineData("wait 61 s", "does not read as a step")]
    [InlineData("cut lb1 lb1", "does not read as a step")]
    [InlineData("dance lb1", "neither a step nor a node")]
    [InlineData("lb3 250", "neither a step nor a node")]
    [InlineData("slack 3 ms", "a size and a reason")]
    [InlineData("only 1 s", "a second 'only'")]
    [InlineData("ends lb9", "no node of this story")]
    public void A_line_that_is_not_understood_is_an_error_with_its_number(string wrong, string expected)
    {
        var file = StoryFile.Parse(Good.Replace("  fence lb1 1", "  " + wrong, StringComparison.Ordinal));
        Assert.Empty(file.Stories);
        Assert.Contains(file.Errors, e => e.Line == 10 && e.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lb2 253", "lb2 255", "not within 1 to 254")]
    [InlineData("lb2 253", "lb1 253", "there already")]
    [InlineData("lb2 253", "lb2 253 sideways", "'sideways'")]
    [InlineData("lb2 253", "lb2 253 raise 4", "needs 'keep'")]
    public void A_node_is_checked_too(string good, string wrong, string expected)
    {
        var error = Assert.Single(StoryFile.Parse(Good.Replace(good, wrong, StringComparison.Ordinal)).Errors, e => e.Line == 4);
        Assert.Contains(expected, error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  mark", "mark")]
    [InlineData("  ends lb2", "ends")]
    public void A_story_that_is_not_whole_is_an_error_at_its_first_line(string left, string expected)
    {
        var error = Assert.Single(StoryFile.Parse(Good.Replace(left, "", StringComparison.Ordinal)).Errors);
        Assert.Equal(2, error.Line);
        Assert.Contains(expected, error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_stories_cannot_have_one_name() =>
        Assert.Contains("another story", Assert.Single(StoryFile.Parse(Good + "\n" + Good).Errors).Text, StringComparison.Ordinal);

    [Fact]
    public void The_stories_of_keepalived_are_without_an_error()
    {
        var file = StoryFile.Parse(StoryBook.Text());
        Assert.Empty(file.Errors);
        Assert.True(file.Stories.Length > 50);
        Assert.All(file.Stories, story => Assert.InRange(story.Steps.Length, 3, 30));
    }

    private static IEnumerable<Story> Parsed(string text)
    {
        var file = StoryFile.Parse(text);
        Assert.Empty(file.Errors);
        return file.Stories;
    }
}
