namespace Arbiter.Tests.Quorum.BlackBox;

/// <summary>
/// The register from outside (docs/simulation.md, "On real servers"): under each fault one replica speaks at a time, no epoch of a generation is handed
/// out twice, the history of every client is linearizable, and all goes on within the bounds of docs/quorum.md. The minute for which a leader is
/// stopped is waited for once, and all others happen within it.
/// </summary>
[Trait("tier", "integration")]
public sealed class BlackBoxTests(BlackBoxRuns runs) : IClassFixture<BlackBoxRuns>
{
    public static TheoryData<string> Names => [.. Cases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_register_stays_one_register_when(string fault)
    {
        var outcome = await runs.Of(fault);
        Console.WriteLine($"{fault}: {outcome.Figures}");
        Assert.True(outcome.Broken.Count == 0, $"{string.Join('\n', outcome.Broken)}\n{outcome.Figures}");
    }
}

/// <summary>All cases under way at once, each on three servers of its own; a few at a time, because of the processors.</summary>
public sealed class BlackBoxRuns : IAsyncLifetime
{
    private readonly SemaphoreSlim _few = new(3);
    private Dictionary<string, Task<Outcome>> _runs = [];

    internal Task<Outcome> Of(string fault) => _runs[fault];

    public ValueTask InitializeAsync()
    {
        _runs = Cases.All.ToDictionary(c => c.Key, c => Run(c.Value));
        return ValueTask.CompletedTask;
    }

    private async Task<Outcome> Run(Func<Task<Outcome>> run)
    {
        await Task.Yield();
        await _few.WaitAsync();
        try
        {
            return await run();
        }
        finally
        {
            _few.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_runs.Values.Select(r => r.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default)));
        _few.Dispose();
    }
}
