using Arbiter.Quorum;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>Rules switched off for one run of the whole system: those of the agent, those of a group's decisions, those of the register, of keepalived, and those of what lies between the pieces of an arbiter.</summary>
internal sealed record ClusterPlanted
{
    public static ClusterPlanted Nothing { get; } = new();

    public NodeAgent.Core.Deviations Agents { get; init; } = NodeAgent.Core.Deviations.None;
    public Arbiter.Core.DecisionDeviations Decisions { get; init; } = Arbiter.Core.DecisionDeviations.None;
    public Deviations Register { get; init; } = Deviations.None;
    public WorldDeviations Hosts { get; init; } = WorldDeviations.None;
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
    /// <summary>A sender waits for no answer, and what it sends arrives in any order.</summary>
    public bool SentWithoutOrder { get; init; }
    /// <summary>A receiver's success counts as a failure.</summary>
    public bool SuccessUnheard { get; init; }
    /// <summary>An attempt without an answer is waited for without end.</summary>
    public bool WaitsForever { get; init; }
}
