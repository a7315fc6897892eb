using Demo.Running;
using Demo.Scenarios;

namespace Simulation.Demo;

/// <summary>The demo without its page, armed, in this process. A test that breaks something mends it.</summary>
public sealed class RunningArena : IAsyncLifetime
{
    internal Arena Arena { get; } = new(TimeProvider.System, verbose: false);

    internal Snapshot Armed { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Arena.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Armed = await Arena.Look();
    }

    public ValueTask DisposeAsync() => Arena.DisposeAsync();
}
