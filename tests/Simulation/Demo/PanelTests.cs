using Demo.Panel;
using Demo.Scenarios;

namespace Simulation.Demo;

public sealed class PanelTests
{
    [Fact]
    public void Every_fault_has_a_name_of_its_own_and_words_for_people()
    {
        var all = FaultList.Build();
        Assert.Equal(all.Length, all.Select(f => f.Id).Distinct().Count());
        Assert.All(all, f =>
        {
            Assert.Equal(f.Target.Length == 0 ? f.Kind : $"{f.Kind}/{f.Target}", f.Id);
            Assert.NotEmpty(f.Label);
            Assert.EndsWith(".", f.Help, StringComparison.Ordinal);
            Assert.False(f.On);
        });
    }

    [Fact]
    public void Every_kind_of_fault_has_words_of_its_own_for_its_beginning_and_its_end()
    {
        var kinds = FaultList.Build().DistinctBy(f => f.Kind).ToArray();
        Assert.Equal(kinds.Length, kinds.Select(f => FaultList.Doing(f, "lb1")).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(FaultList.Mending).Distinct().Count());
    }

    [Fact]
    public void Every_scenario_presses_faults_that_there_are_and_mends_them_at_the_end()
    {
        var ids = FaultList.Build().Select(f => f.Id).ToHashSet();
        Assert.All(ScenarioList.All, scenario =>
        {
            Assert.All(scenario.Steps.OfType<Step.Press>().SelectMany(p => p.Ids), id => Assert.Contains(id, ids));
            Assert.All(scenario.Steps.OfType<Step.Mend>().SelectMany(m => m.Ids), id => Assert.Contains(id, ids));
            Assert.IsType<Step.Mend>(scenario.Steps[^1]);
            Assert.NotEmpty(scenario.Expect);
        });
    }

    [Fact]
    public void Every_kind_of_fault_is_in_some_scenario()
    {
        var pressed = ScenarioList.All.SelectMany(s => s.Steps.OfType<Step.Press>()).SelectMany(p => p.Ids).Select(id => id.Split('/')[0]).ToHashSet();
        Assert.All(FaultList.Build(), f => Assert.Contains(f.Kind, pressed));
    }
}
