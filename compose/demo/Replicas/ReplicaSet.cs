using System.Collections.Immutable;
using Arbiter.Quorum;
using Demo.Standing;

namespace Demo.Replicas;

/// <summary>Where the front may send a request, and when it must give it up: a replica that stands still answers nothing.</summary>
internal interface IReplicaDoor
{
    /// <summary>The leader when it runs, otherwise another one that runs; null when none does.</summary>
    public Door? Choose();
}

/// <param name="Address"><c>http://127.0.0.1:40001</c>.</param>
/// <param name="Stopped">Cancelled when it begins to stand still.</param>
internal sealed record Door(string Name, Uri Address, CancellationToken Stopped);

/// <summary>All arbiters of the demo.</summary>
internal sealed class ReplicaSet : IReplicaDoor, IAsyncDisposable
{
    public ReplicaSet(DemoSetup setup, Servers servers, TimeProvider time, bool verbose) =>
        All = [.. DemoSetup.Replicas.Select(name => new Replica(setup.Arbiter(name), servers, time, verbose))];

    public ImmutableArray<Replica> All { get; }

    public IEnumerable<Replica> Running => All.Where(r => r.Runs);

    public Replica? Leader => Running.FirstOrDefault(r => r.Leads);

    public Task Start(CancellationToken stopping) => Task.WhenAll(All.Select(r => r.Start(stopping)));

    public Task Stop() => Task.WhenAll(All.Select(r => r.Stop()));

    public Door? Choose() => (Leader ?? Running.FirstOrDefault()) is { } replica
        ? new Door(replica.Name, replica.Address, replica.Standstill.Stopped)
        : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in All) await replica.DisposeAsync();
    }
}
