using Simulation.Hosts;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>A judge that never speaks proves nothing: each rule is switched off, and one of them must notice within the mutant's seeds.</summary>
[Collection(nameof(Alone))]
public sealed class ClusterMutantTests
{
    /// <summary>SIMULATION_MUTANT=NAME hunts one.</summary>
    public static TheoryData<string> Names => Knobs.Mutant is { } one ? [one] : [.. ClusterMutant.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mutant_of_the_whole_system_is_caught(string name)
    {
        var mutant = ClusterMutant.Of(name);
        var caught = mutant.Hunt();
        Console.WriteLine(caught is null ? $"mutant {name}: SURVIVED {mutant.Seeds} seeds" : $"mutant {name}: seed {caught.Seed} at {caught.At.TotalSeconds:0} s, {caught.Broken!.Split('\n')[0]}");
        Assert.True(caught is not null, $"{name} ({mutant.Rule}) survived {mutant.Seeds} seeds of {mutant.By}");
        var without = mutant.Without(caught.Seed);
        Assert.True(without.Broken is null, $"without {name} seed {caught.Seed} is no better: {without.Broken}");
    }
}
