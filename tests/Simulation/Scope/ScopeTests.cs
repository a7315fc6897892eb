using Simulation.Hosts;

namespace Simulation.Scope;

[Collection(nameof(Alone))]
public sealed class ScopeTests
{
    [Fact]
    public void Trial()
    {
        var spec = new Spec("trial", "two replicas and one wipe", [4, 3]) { Waits = [0, 1], Wipes = 1 };
        var found = new Search(spec).Run(300_000, 60, TimeSpan.FromSeconds(30));
        Console.WriteLine(found);
        foreach (var line in found.Trail) Console.WriteLine("  " + line);
    }
}
