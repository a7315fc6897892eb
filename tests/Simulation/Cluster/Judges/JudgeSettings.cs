using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>What a world is made of, as far as it sets a bound.</summary>
internal sealed record JudgeSettings
{
    public required TimeSpan Advert { get; init; }
    /// <summary>The nodes of each group.</summary>
    public required ImmutableSortedDictionary<GroupName, ImmutableArray<NodeId>> Members { get; init; }
    /// <summary>Everybody who is told every event; <c>vip-events</c> too, if the run has it.</summary>
    public ImmutableArray<string> Receivers { get; init; } = [];

    /// <summary>S5: 2 s, or 4 adverts and a second.</summary>
    public TimeSpan FenceDeadline => Longer(TimeSpan.FromSeconds(2), 4 * Advert + TimeSpan.FromSeconds(1));

    /// <summary>Three adverts and the longest skew time (version 2: a second; version 3: one advert).</summary>
    public TimeSpan MasterDown => 3 * Advert + (Advert < TimeSpan.FromSeconds(1) ? Advert : TimeSpan.FromSeconds(1));

    public static JudgeSettings Of(WorldOptions world, params ImmutableArray<string> receivers) => new()
    {
        Advert = world.Advert,
        Members = world.Groups.ToImmutableSortedDictionary(g => g.Name, g => g.Ranking.ToImmutableArray()),
        Receivers = receivers,
    };

    public static int Effective(AgentGroupOptions group, int file) => Math.Clamp(group.Base + file, 1, 254);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
