using Demo.Scenarios;

namespace Simulation.Demo;

public sealed class ScenarioTests(DemoRuns runs) : IClassFixture<DemoRuns>
{
    public static TheoryData<string> Names => [.. ScenarioList.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_converges_and_keeps_what_it_promises(string scenario)
    {
        var run = await runs.Of(scenario).WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(run is { Code: 0, Result.Good: true }, $"{scenario} ended with {run.Code}\n{run.Said}");
    }
}
