using Arbiter.Quorum;

namespace Simulation.Cluster;

/// <summary>Rules switched off for one run of the whole system: those of the agent, those of the register, and those of what lies between the pieces of an arbiter.</summary>
internal sealed record ClusterPlanted
{
    public static ClusterPlanted Nothing { get; } = new();

    public NodeAgent.Core.Deviations Agents { get; init; } = NodeAgent.Core.Deviations.None;
    public Deviations Register { get; init; } = Deviations.None;
    /// <summary>Nobody asks the lease before an order leaves.</summary>
    public bool SpeaksAlways { get; init; }
    /// <summary>A wish counts as recorded as soon as it was made.</summary>
    public bool OrdersBeforeRecord { get; init; }
    /// <summary>Nobody is recorded because VRRP elected it.</summary>
    public bool AdoptsNobody { get; init; }
    /// <summary>Whom an order fences, it fences all.</summary>
    public bool FencesAll { get; init; }
    /// <summary>An event counts as delivered as soon as it is sent.</summary>
    public bool SettledBeforeDelivery { get; init; }
}
