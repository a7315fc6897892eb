using Simulation.Hosts;

namespace Simulation.Quorum;

/// <summary>A checker that never fails proves nothing: each rule is switched off, and the simulator must notice within its seeds.</summary>
[Collection(nameof(Alone))]
public sealed class MutantTests
{
    /// <summary>SIMULATION_MUTANT=NAME hunts one, also one that no seed has met.</summary>
    public static TheoryData<string> Names => Knobs.Mutant is { } one ? [one] : [.. Mutant.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mutant_is_caught(string name)
    {
        var mutant = Mutant.Of(name);
        var caught = mutant.Hunt();
        Console.WriteLine(caught is null ? $"mutant {name}: SURVIVED {mutant.Seeds} seeds" : $"mutant {name}: seed {caught.Seed}, {caught.Broken!.Split('\n')[0]}");
        Assert.True(caught is not null, $"{name} ({mutant.Rule}) survived {mutant.Seeds} seeds");
    }
}
