using System.Collections.Immutable;
using Demo.Scenarios;

namespace Simulation.Demo;

public sealed class MeasureTests
{
    private static readonly Expectation s_once = new("web", (1, 1), TimeSpan.FromMilliseconds(400), "lb2");

    [Theory]
    [InlineData(1, 400, "lb2", null)]
    [InlineData(0, 0, "lb2", "moved 0 times")]
    [InlineData(2, 9, "lb2", "moved 2 times")]
    [InlineData(1, 400.1, "lb2", "away for 400.1 ms")]
    [InlineData(1, 9, "lb3", "is on lb3")]
    public void An_expectation_that_is_not_met_says_so(int moves, double longest, string holder, string? said)
    {
        ImmutableArray<GroupResult> groups = [new("web", moves, 1, longest, longest, 10, holder)];
        var unmet = ScenarioRun.Unmet(s_once, groups).ToArray();
        if (said is null) Assert.Empty(unmet);
        else Assert.Contains(said, Assert.Single(unmet), StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_is_not_there_meets_nothing() => Assert.Single(ScenarioRun.Unmet(s_once with { Group = "mail" }, []));
}
