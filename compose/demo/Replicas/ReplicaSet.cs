using System.Collections.Immutable;

namespace Demo.Replicas;

/// <summary>All arbiters of the demo.</summary>
internal sealed class ReplicaSet : IAsyncDisposable
{
    public ReplicaSet(DemoSetup setup, Servers servers, TimeProvider time, bool verbose) =>
        All = [.. DemoSetup.Replicas.Select(name => new Replica(setup.Arbiter(name), servers, time, verbose))];

    public ImmutableArray<Replica> All { get; }

    public IEnumerable<Replica> Running => All.Where(r => r.Runs);

    public Replica? Leader => Running.FirstOrDefault(r => r.Leads);

    public Task Start(CancellationToken stopping) => Task.WhenAll(All.Select(r => r.Start(stopping)));

    public Task Stop() => Task.WhenAll(All.Select(r => r.Stop()));

    /// <summary>Whom to ask: the leader when it runs, otherwise another one that runs; null when none does.</summary>
    public Replica? Spokesman => Leader ?? Running.FirstOrDefault();

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in All) await replica.DisposeAsync();
    }
}
