using System.Collections.Immutable;
using Arbiter.Quorum;
using Simulation.Quorum;
using World.Hosts;
using Agent = NodeAgent.Core.Deviations;

namespace Simulation.Cluster;

/// <param name="By">The invariant that says so.</param>
/// <param name="Rule">What is switched off.</param>
/// <param name="Theme">The trouble that shows it soonest.</param>
/// <param name="Seeds">At most so many until it is caught.</param>
internal sealed record ClusterMutant(string Name, string By, string Rule, ClusterPlanted Planted, ClusterTheme Theme, int Seeds = 40, Func<ClusterMix, ClusterMix>? With = null)
{
    /// <summary>Only this judge looks: others would see it sooner.</summary>
    public Type? Only { get; init; }

    public static IReadOnlyList<ClusterMutant> All { get; } =
    [
        OfAgent("holder-while-backup", "V8", "holder waits until the own keepalived is MASTER", new Agent { HolderWhileBackup = true }, ClusterTheme.Hosts),
        OfAgent("fence-without-deadline", "V9", "a fence ends at its deadline", new Agent { FenceWithoutDeadline = true }, ClusterTheme.Hosts, Dying),
        OfAgent("priority-kept", "V8", "a node that leaves MASTER goes to its base", new Agent { PriorityKept = true }, ClusterTheme.Hosts),
        OfAgent("epoch-forgotten", "O1", "what was obeyed survives a restart of the agent", new Agent { EpochForgotten = true }, ClusterTheme.Hosts, m => m with { Faults = [ClusterFault.AgentKilled] }),
        OfAgent("nonce-unchecked", "O4", "an order echoes a nonce of this process, not older than its validity", new Agent { NonceUnchecked = true }, ClusterTheme.Bus),
        OfAgent("order-unverified", "O5", "an order's signature and node are checked", new Agent { OrderUnverified = true }, ClusterTheme.Bus, m => m with { Faults = [ClusterFault.Garbage] }),
        OfAgent("order-taken-again", "O3", "an order is taken once", new Agent { OrderTakenAgain = true }, ClusterTheme.Bus, m => m with { Faults = [ClusterFault.MessageRepeated, ClusterFault.MoveAsked] }),
        OfAgent("fence-again", "V9", "an order fences once per epoch", new Agent { FenceAgain = true }, ClusterTheme.Hosts, Stuck),
        OfAgent("priority-kept-in-fence", "O6", "with each fence the own priority goes to base", new Agent { PriorityKeptInFence = true }, ClusterTheme.Hosts, Dying),
        OfAgent("lowered-at-start", "V4", "an agent that starts on a MASTER keeps its priority", new Agent { LoweredAtStart = true }, ClusterTheme.Hosts, Restarts),
        OfAgent("lowered-at-end", "V4", "an agent that ends on a MASTER leaves its priority", new Agent { LoweredAtEnd = true }, ClusterTheme.Hosts, Restarts),
        OfAgent("released-alone", "V4", "without a control plane the role last ordered stays", new Agent { ReleasedAlone = true }, ClusterTheme.ControlPlane, m => m with { Faults = [ClusterFault.ControlPlaneKilled, ClusterFault.MoveAsked, ClusterFault.BrokerDown], FaultEvery = TimeSpan.FromSeconds(20) }),
        OfAgent("sick-ignored", "O6", "no role above sick while a hard check is bad", new Agent { SickIgnored = true }, ClusterTheme.Hosts),
        OfAgent("sick-ignored, outage", "V3", "a holder whose proxy died hands over", new Agent { SickIgnored = true }, ClusterTheme.Hosts, Dying) with { Only = typeof(ServiceJudge) },
        OfAgent("lowered-at-end, outage", "V4", "an agent's end takes no VIP away", new Agent { LoweredAtEnd = true }, ClusterTheme.Hosts, Restarts) with { Only = typeof(CauseJudge) },
        new("settled-before-delivery", "N1", "an event leaves the outbox after it was delivered", new ClusterPlanted { SettledBeforeDelivery = true }, ClusterTheme.ControlPlane, 40, m => m with { Faults = [ClusterFault.ReceiverDown, ClusterFault.HaproxyDead] }),
        new("orders-before-record", "O2", "an order follows the register's majority", new ClusterPlanted { OrdersBeforeRecord = true }, ClusterTheme.Calm),
        new("minority-is-recorded", "S1", "only what a majority holds is obeyed", new ClusterPlanted { Register = new Deviations { MinorityIsKnown = true } }, ClusterTheme.Servers),
        new("speaks-always", "L2", "the lease is asked before each order", new ClusterPlanted { SpeaksAlways = true }, ClusterTheme.ControlPlane, 40, m => m with { Faults = [ClusterFault.ReplicaPaused, ClusterFault.ReplicaCutFromServers] }),
        new("adopts-nobody", "H2", "the register follows whom VRRP elected", new ClusterPlanted { AdoptsNobody = true }, ClusterTheme.Hosts, 40, m => m with { Faults = [ClusterFault.KeepalivedKilled, ClusterFault.HostPaused] }),
        OfHosts("master-stays", "V2", "a MASTER that hears a higher one steps down", new WorldDeviations { MasterStays = true }),
        OfHosts("address-kept", "V2", "a keepalived that is MASTER no more takes its address away", new WorldDeviations { AddressKept = true }),
        new("standby-in-moves", "V8", "nobody is armed or disarmed until somebody is MASTER", new ClusterPlanted { Decisions = new Arbiter.Core.DecisionDeviations { StandbyInMoves = true } }, ClusterTheme.Hosts, 40, Dying),
        OfAgent("isolation-kept", "V9", "a fence for isolation ends with it", new Agent { IsolationKept = true }, ClusterTheme.Hosts, Apart),
        OfAgent("isolation-kept, outage", "V1", "after an isolation a node is fit again", new Agent { IsolationKept = true }, ClusterTheme.Hosts, Apart) with { Only = typeof(HealedJudge) },
        new("sent-without-order", "N2", "an event of a group waits for the one before it", new ClusterPlanted { SentWithoutOrder = true }, ClusterTheme.Calm),
        new("success-unheard", "N3", "what was delivered is not sent again", new ClusterPlanted { SuccessUnheard = true }, ClusterTheme.Calm),
        new("waits-for-ever", "H4", "an attempt without an answer ends", new ClusterPlanted { WaitsForever = true }, ClusterTheme.ControlPlane, 40, m => m with { Faults = [ClusterFault.ReceiverDown, ClusterFault.HaproxyDead] }),
        new("fences-all", "O2", "one node is taken down", new ClusterPlanted { FencesAll = true }, ClusterTheme.Hosts, 40, Soft),
    ];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ClusterMutant Of(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new ArgumentException($"SIMULATION_MUTANT='{name}': of the whole system there are {string.Join("; ", All.Select(m => m.Name))}");

    private static ClusterMutant OfAgent(string name, string by, string rule, Agent agent, ClusterTheme theme, Func<ClusterMix, ClusterMix>? with = null) =>
        new(name, by, rule, new ClusterPlanted { Agents = agent }, theme, 40, with);

    /// <summary>Of keepalived: moves, and no fault that excuses it.</summary>
    private static ClusterMutant OfHosts(string name, string by, string rule, WorldDeviations hosts) =>
        new(name, by, rule, new ClusterPlanted { Hosts = hosts }, ClusterTheme.Hosts, 40, m => m with { Faults = [ClusterFault.MoveAsked, ClusterFault.BackendsDown], FaultEvery = TimeSpan.FromSeconds(30) });

    /// <summary>Cables pulled, of one node after the other.</summary>
    private static ClusterMix Apart(ClusterMix mix) => mix with { Faults = [ClusterFault.Isolated], FaultEvery = TimeSpan.FromSeconds(45) };

    /// <summary>Proxies that die while a standby is armed: own fences.</summary>
    private static ClusterMix Dying(ClusterMix mix) => mix with { Faults = [ClusterFault.HaproxyDead], FaultEvery = TimeSpan.FromSeconds(30) };

    /// <summary>Only a leader moves for backends: ordered fences, some of which outlive their move.</summary>
    private static ClusterMix Soft(ClusterMix mix) => mix with { Faults = [ClusterFault.BackendsDown, ClusterFault.GatewayCut], FaultEvery = TimeSpan.FromSeconds(30) };

    /// <summary>Agents that come and go on calm hosts.</summary>
    private static ClusterMix Restarts(ClusterMix mix) => mix with { Faults = [ClusterFault.AgentKilled, ClusterFault.BrokerDown], FaultEvery = TimeSpan.FromSeconds(20) };

    /// <summary>An ordered fence that cannot be written.</summary>
    private static ClusterMix Stuck(ClusterMix mix) => mix with { Faults = [ClusterFault.BackendsDown, ClusterFault.SteeringUnwritable], FaultEvery = TimeSpan.FromSeconds(8), Advert = TimeSpan.FromSeconds(0.1) };

    public ClusterResult Run(ulong seed, bool story = false) => new ClusterRun(seed, Theme, Only is null ? null : Some, story, With, Planted).Run();

    /// <summary>The same run with every rule in force and every judge looking.</summary>
    public ClusterResult Without(ulong seed) => new ClusterRun(seed, Theme, with: With).Run();

    private IWitness Some(ClusterSetting setting)
    {
        var settings = JudgeSettings.Of(setting.World, setting.Receivers);
        return new Judges(settings, troubles => Judges.All(settings, troubles).Where(j => j.GetType() == Only));
    }

    /// <summary>The first seed that shows it by the invariant it is for; null when it survives.</summary>
    public ClusterResult? Hunt()
    {
        for (var from = 1; from <= Seeds; from += Replay.InParallel.MaxDegreeOfParallelism)
        {
            var results = new ClusterResult[Math.Min(Replay.InParallel.MaxDegreeOfParallelism, Seeds - from + 1)];
            Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = Run((ulong)(from + i)));
            if (results.FirstOrDefault(r => r.Invariant == By) is { } caught) return caught;
        }
        return null;
    }
}
