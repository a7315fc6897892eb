using System.Collections.Immutable;
using World.Hosts;

namespace Demo.Page;

/// <summary>What the page shows besides faults and story: the world as it is, and the replicas whose status page it passes on. Thread safe.</summary>
internal interface ISights
{
    /// <summary>The truth about the simulated world now.</summary>
    public ValueTask<WorldPicture> World(CancellationToken stopping);

    /// <summary>In the order in which the page should ask them; the same ones while the demo runs.</summary>
    public ImmutableArray<ReplicaDoor> Replicas { get; }
}

/// <param name="Name">The replica's, as its status page calls it.</param>
/// <param name="Address">Where its own HTTP listens, on loopback.</param>
/// <param name="Answers">Not paused and not stopped: worth asking.</param>
internal sealed record ReplicaDoor(string Name, Uri Address, bool Answers);
