using System.Collections.Immutable;
using Arbiter.Quorum;
using Simulation.Quorum;
using Agent = NodeAgent.Core.Deviations;

namespace Simulation.Cluster;

/// <param name="Rule">What is switched off.</param>
/// <param name="Theme">The trouble that shows it soonest.</param>
/// <param name="Seeds">At most so many until it is caught.</param>
internal sealed record ClusterMutant(string Name, string Rule, ClusterPlanted Planted, ClusterTheme Theme, int Seeds = 40, Func<ClusterMix, ClusterMix>? With = null)
{
    public static IReadOnlyList<ClusterMutant> All { get; } =
    [
        OfAgent("holder-while-backup", "holder waits until the own keepalived is MASTER", new Agent { HolderWhileBackup = true }, ClusterTheme.Hosts),
        OfAgent("fence-without-deadline", "a fence ends at its deadline", new Agent { FenceWithoutDeadline = true }, ClusterTheme.Hosts, Dying),
        OfAgent("priority-kept", "a node that leaves MASTER goes to its base", new Agent { PriorityKept = true }, ClusterTheme.Hosts),
        OfAgent("epoch-forgotten", "what was obeyed survives a restart of the agent", new Agent { EpochForgotten = true }, ClusterTheme.Hosts, m => m with { Faults = [ClusterFault.AgentKilled] }),
        OfAgent("nonce-unchecked", "an order echoes a nonce of this process, not older than its validity", new Agent { NonceUnchecked = true }, ClusterTheme.Bus),
        OfAgent("order-unverified", "an order's signature and node are checked", new Agent { OrderUnverified = true }, ClusterTheme.Bus, m => m with { Faults = [ClusterFault.Garbage] }),
        OfAgent("order-taken-again", "an order is taken once", new Agent { OrderTakenAgain = true }, ClusterTheme.Bus, m => m with { Faults = [ClusterFault.MessageRepeated, ClusterFault.MoveAsked] }),
        OfAgent("fence-again", "an order fences once per epoch", new Agent { FenceAgain = true }, ClusterTheme.Hosts, Soft),
        OfAgent("sick-ignored", "no role above sick while a hard check is bad", new Agent { SickIgnored = true }, ClusterTheme.Hosts),
        new("settled-before-delivery", "an event leaves the outbox after it was delivered", new ClusterPlanted { SettledBeforeDelivery = true }, ClusterTheme.ControlPlane, 40, m => m with { Faults = [ClusterFault.ReceiverDown, ClusterFault.HaproxyDead] }),
        new("orders-before-record", "an order follows the register's majority", new ClusterPlanted { OrdersBeforeRecord = true }, ClusterTheme.Calm),
        new("minority-is-recorded", "only what a majority holds is obeyed", new ClusterPlanted { Register = new Deviations { MinorityIsKnown = true } }, ClusterTheme.Servers),
        new("speaks-always", "the lease is asked before each order", new ClusterPlanted { SpeaksAlways = true }, ClusterTheme.ControlPlane, 40, m => m with { Faults = [ClusterFault.ReplicaPaused, ClusterFault.ReplicaCutFromServers] }),
        new("fences-all", "one node is taken down", new ClusterPlanted { FencesAll = true }, ClusterTheme.Hosts, 40, Soft),
    ];

    public static ClusterMutant Of(string name) => All.Single(m => m.Name == name);

    private static ClusterMutant OfAgent(string name, string rule, Agent agent, ClusterTheme theme, Func<ClusterMix, ClusterMix>? with = null) =>
        new(name, rule, new ClusterPlanted { Agents = agent }, theme, 40, with);

    /// <summary>Proxies that die while a standby is armed: own fences.</summary>
    private static ClusterMix Dying(ClusterMix mix) => mix with { Faults = [ClusterFault.HaproxyDead], FaultEvery = TimeSpan.FromSeconds(30) };

    /// <summary>Only a leader moves for backends: ordered fences, some of which outlive their move.</summary>
    private static ClusterMix Soft(ClusterMix mix) => mix with { Faults = [ClusterFault.BackendsDown, ClusterFault.GatewayCut], FaultEvery = TimeSpan.FromSeconds(30) };

    public ClusterResult Run(ulong seed, bool story = false) => new ClusterRun(seed, Theme, story: story, with: With, planted: Planted).Run();

    /// <summary>The first seed that shows it; null when it survives.</summary>
    public ClusterResult? Hunt()
    {
        for (var from = 1; from <= Seeds; from += Replay.InParallel.MaxDegreeOfParallelism)
        {
            var results = new ClusterResult[Math.Min(Replay.InParallel.MaxDegreeOfParallelism, Seeds - from + 1)];
            Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = Run((ulong)(from + i)));
            if (results.FirstOrDefault(r => r.Broken is not null) is { } caught) return caught;
        }
        return null;
    }
}
