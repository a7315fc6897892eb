using World.Stories;

namespace Simulation.Stories;

/// <summary>What counts as the same, and how medians are made and kept.</summary>
public sealed class ComparisonTests
{
    private static readonly Story Plain = new("plain", "A story", [new NodeSetup("lb1", 254), new NodeSetup("lb2", 253)], []) { Ends = ["lb2"] };
    private static readonly Outcome Model = new(["lb2"], Ms(250), Ms(2), Ms(0), 1);

    [Fact]
    public void Times_within_the_tolerance_are_the_same() =>
        Assert.Empty(Comparison.Differences(Plain, StoryBook.Fast, Model with { Moved = Ms(259), Gap = Ms(11) }, Model));

    public static TheoryData<string, Outcome> Different() => new()
    {
        { "held by lb1", Model with { Holders = ["lb1"] } },
        { "moved 261", Model with { Moved = Ms(261) } },
        { "moved never", Model with { Moved = null } },
        { "gap 30", Model with { Gap = Ms(30) } },
        { "overlap 25", Model with { Overlap = Ms(25) } },
        { "2 arrivals", Model with { Arrivals = 2 } },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void Everything_else_is_a_difference_and_said(string expected, Outcome real) =>
        Assert.Contains(expected, Assert.Single(Comparison.Differences(Plain, StoryBook.Fast, real, Model)), StringComparison.Ordinal);

    [Fact]
    public void Two_players_who_agree_against_the_story_are_wrong_both() =>
        Assert.Single(Comparison.Differences(Plain with { Ends = ["lb1"] }, StoryBook.Fast, Model, Model));

    [Fact]
    public void A_story_may_say_why_it_is_less_exact()
    {
        var slack = Plain with { Slack = new Slack(0.5, Ms(10), "a reason") };
        Assert.Equal(Ms(70), Comparison.Allowed(slack, StoryBook.Fast));
        Assert.Equal(Ms(565), Comparison.Allowed(slack, StoryBook.Slow));
    }

    [Fact]
    public void A_median_is_one_of_the_runs_that_ended_as_most_did()
    {
        Outcome[] runs = [Model with { Moved = Ms(1) }, Model with { Moved = Ms(3) }, Model with { Moved = Ms(500) }, new(["lb1"], null, Ms(9), Ms(9), 0)];
        var measured = Measured.Of("plain", StoryBook.Fast, runs);
        Assert.Equal((4, 3), (measured.Runs, measured.Alike));
        Assert.Equal(Model with { Moved = Ms(3), Holders = measured.Median.Holders }, measured.Median);
        Assert.Equal(["lb2"], measured.Median.Holders);
    }

    [Fact]
    public void What_was_measured_survives_its_file()
    {
        Measured[] all =
        [
            new("one", StoryBook.Fast, 5, 4, new Outcome(["lb1", "lb2"], Ms(250.5), Ms(0), Ms(12.3), 2)),
            new("two", StoryBook.Slow, 3, 3, new Outcome([], null, Ms(800), Ms(0), 0)),
        ];
        var text = Measured.Format(all, "a remark");
        Assert.StartsWith("# a remark\n", text, StringComparison.Ordinal);
        Assert.Equal(text, Measured.Format(Measured.Parse(text), "a remark"));
    }

    [Theory]
    [InlineData("one 100 5/5 lb1 1 2 3")]
    [InlineData("one fast 5/5 lb1 1 2 3 1")]
    [InlineData("one 100 5 lb1 1 2 3 1")]
    [InlineData("one 100 5/5 lb1 -1 2 3 1")]
    public void A_line_of_another_kind_is_an_error_with_its_number(string line) =>
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => Measured.Parse("# x\n" + line)).Message, StringComparison.Ordinal);

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);
}
