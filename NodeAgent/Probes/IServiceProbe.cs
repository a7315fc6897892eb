using Contracts.Vocabulary;

namespace NodeAgent.Probes;

/// <summary>Asks the service behind a group's VIP while the core wants it asked.</summary>
internal interface IServiceProbe
{
    public GroupName Group { get; }

    /// <summary>Asks this address from now on, the first time at once; null: none.</summary>
    public void Ask(Uri? address);

    /// <summary>Runs until <paramref name="stopping"/>; ends then without an exception.</summary>
    public Task Run(CancellationToken stopping);
}
