using World.Hosts;

namespace Demo.Page;

/// <summary>What the page shows besides faults and story: the world as it is, and the replica whose status page it passes on. Thread safe.</summary>
internal interface ISights
{
    /// <summary>The truth about the simulated world now.</summary>
    public Task<WorldPicture> World(CancellationToken stopping);

    /// <summary>The world's time at which everything was armed for the first time; null: not yet.</summary>
    public TimeSpan? Armed { get; }

    /// <summary>The replica to ask: the leader when it runs, otherwise another one that runs; null when none does.</summary>
    public ReplicaDoor? Choose();
}

/// <param name="Name">The replica's, as its status page calls it.</param>
/// <param name="Address">Where its own HTTP listens, on loopback.</param>
/// <param name="Stopped">Cancelled when it begins to stand still: what was asked of it is to be given up.</param>
internal sealed record ReplicaDoor(string Name, Uri Address, CancellationToken Stopped);
