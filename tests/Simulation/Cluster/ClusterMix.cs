using System.Collections.Immutable;
using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>What kind of trouble a seed of the whole system is about.</summary>
internal enum ClusterTheme { Calm, Hosts, Bus, ControlPlane, Servers, Everything }

/// <summary>What one seed is made of: sizes, the register's network, and which faults come how often.</summary>
internal sealed record ClusterMix
{
    private static readonly ImmutableArray<ClusterFault> s_hosts =
    [
        ClusterFault.HaproxyDead, ClusterFault.HaproxyHung, ClusterFault.KeepalivedKilled, ClusterFault.AgentKilled, ClusterFault.HostPaused, ClusterFault.HostClock,
        ClusterFault.GatewayCut, ClusterFault.GatewayCutForAll, ClusterFault.BackendsDown, ClusterFault.BackendsDownForAll, ClusterFault.BrokerCut, ClusterFault.Isolated,
        ClusterFault.VrrpSplit, ClusterFault.DiskFull, ClusterFault.SteeringUnwritable, ClusterFault.ProbeFlaps, ClusterFault.ProbeLies, ClusterFault.MoveAsked,
    ];
    private static readonly ImmutableArray<ClusterFault> s_bus =
    [
        ClusterFault.BrokerDown, ClusterFault.BrokerBlocked, ClusterFault.BrokerHolds, ClusterFault.ConfirmLost, ClusterFault.MessageRepeated, ClusterFault.MessageLost,
        ClusterFault.Garbage, ClusterFault.BrokerCut, ClusterFault.ReplicaCutFromBroker,
    ];
    private static readonly ImmutableArray<ClusterFault> s_controlPlane =
    [
        ClusterFault.ReplicaKilled, ClusterFault.ReplicasKilled, ClusterFault.ReplicaPaused, ClusterFault.ReplicaStopped, ClusterFault.ReplicaCutFromBroker,
        ClusterFault.ReplicaCutFromServers, ClusterFault.WallJump, ClusterFault.ControlPlaneKilled, ClusterFault.ReceiverDown, ClusterFault.ReceiverSlow,
    ];
    private static readonly ImmutableArray<ClusterFault> s_servers =
    [
        ClusterFault.ServerRestarted, ClusterFault.ServerEmptied, ClusterFault.ServersEmptied, ClusterFault.ServerStalled, ClusterFault.ServerCut,
        ClusterFault.ReplicaCutFromServers, ClusterFault.ReplicaKilled,
    ];
    /// <summary>What makes somebody take over: without it the other faults meet a system at rest.</summary>
    private static readonly ImmutableArray<ClusterFault> s_moves = [ClusterFault.HaproxyDead, ClusterFault.KeepalivedKilled, ClusterFault.Isolated, ClusterFault.MoveAsked];

    public required ClusterTheme Theme { get; init; }
    public required int Nodes { get; init; }
    public required int Groups { get; init; }
    public required TimeSpan Advert { get; init; }
    public required int Receivers { get; init; }
    /// <summary>Replicas, servers, the lease's times and the network between them. Its own faults are not used.</summary>
    public required Mix Register { get; init; }
    public required TimeSpan FaultEvery { get; init; }
    public required ImmutableArray<ClusterFault> Faults { get; init; }
    /// <summary>Until every fault ends.</summary>
    public TimeSpan Troubled { get; init; } = TimeSpan.FromMinutes(8.5);
    /// <summary>From then until what must be true is judged.</summary>
    public TimeSpan Healing { get; init; } = TimeSpan.FromMinutes(1.5);

    public TimeSpan Length => Troubled + Healing;

    public static ClusterMix Of(Dice dice, ClusterTheme? only = null)
    {
        var theme = only ?? (ClusterTheme)dice.Next(6);
        ImmutableArray<ClusterFault> all = theme switch
        {
            ClusterTheme.Calm => [.. s_moves, ClusterFault.ReplicaKilled, ClusterFault.ServerRestarted],
            ClusterTheme.Hosts => s_hosts,
            ClusterTheme.Bus => [.. s_bus, .. s_moves],
            ClusterTheme.ControlPlane => [.. s_controlPlane, .. s_moves],
            ClusterTheme.Servers => [.. s_servers, .. s_moves],
            _ => [.. s_hosts, .. s_bus, .. s_controlPlane, .. s_servers],
        };
        // a part of them, so that some seeds see the same fault again and again
        ImmutableArray<ClusterFault> some = [.. all.Where(_ => dice.Chance(0.6))];
        var nodes = dice.Next(20) switch { < 14 => 2, < 18 => 3, _ => 4 };
        return new ClusterMix
        {
            Theme = theme,
            Nodes = nodes,
            Groups = dice.Next(20) switch { < 13 => 1, < 18 => 2, _ => 3 },
            Advert = TimeSpan.FromSeconds(dice.Chance(0.85) ? 1 : 0.1),
            Receivers = dice.Next(1, 3),
            Register = Network(dice, theme),
            FaultEvery = dice.LogUniform(TimeSpan.FromSeconds(theme is ClusterTheme.Calm ? 40 : 4), TimeSpan.FromSeconds(90)),
            Faults = some.IsEmpty ? all : some,
        };
    }

    private static Mix Network(Dice dice, ClusterTheme theme)
    {
        var rough = theme is ClusterTheme.Servers or ClusterTheme.Everything;
        return new Mix
        {
            Theme = Quorum.Theme.Calm,
            Servers = dice.Chance(0.9) ? 3 : 5,
            Replicas = dice.Chance(0.85) ? 3 : 2,
            Settings = new LeaseSettings
            {
                Lease = TimeSpan.FromSeconds(6), Renew = TimeSpan.FromSeconds(1.5), RpcTimeout = TimeSpan.FromMilliseconds(400),
                Guard = TimeSpan.FromMilliseconds(250), ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(100),
            },
            Loss = rough ? dice.Pick<double>([0, 0.005, 0.05]) : dice.Pick<double>([0, 0, 0.005]),
            Duplicate = dice.Pick<double>([0, 0, 0.02]),
            Slow = rough ? dice.Pick<double>([0, 0.01, 0.1]) : dice.Pick<double>([0, 0, 0.01]),
            SlowMost = TimeSpan.FromSeconds(dice.Pick<double>([1, 13])),
            FaultEvery = TimeSpan.MaxValue,
            Faults = [],
            ProposeEvery = TimeSpan.MaxValue,
            ClockRate = dice.Chance(0.7) ? 0.01 : 0,
        };
    }
}
