using Simulation.Hosts;

namespace Simulation.Scope;

[Collection(nameof(Alone))]
public sealed class ScopeTests
{
    [Fact]
    public void Trial()
    {
        foreach (var spec in (Spec[])[
            new Spec("trial", "two replicas and one wipe", [4, 3]) { Waits = [0, 1], Wipes = 1 },
            new Spec("trial2", "a leads", [4, 2]) { Waits = [0, 1], Wipes = 1, Start = ["a timer", "a>X PREPARE", "a>Y PREPARE", "a>Z PREPARE", "a>X ACCEPT", "a>Y ACCEPT", "a>Z ACCEPT", "b timer"] },
        ])
        {
            var found = new Search(spec).Run(300_000, 60, TimeSpan.FromSeconds(30));
            Console.WriteLine(found);
            foreach (var line in found.Trail) Console.WriteLine("  " + line);
        }
    }
}
