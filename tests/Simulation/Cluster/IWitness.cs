using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// Is told what happens in a run of the whole system, in the order in which it happens and in the time of the world, whatever any process
/// believes of it. Throws <see cref="Quorum.Broken"/> when an invariant does not hold.
/// </summary>
internal interface IWitness
{
    /// <summary>A majority took a value that holds this assignment; once for each.</summary>
    public void Recorded(TimeSpan now, long generation, Assignment assignment);

    /// <summary>An order left a replica. <paramref name="mayLive"/>: how much of its lease (guard taken off) was left; negative = it ought to have been silent.</summary>
    public void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive);

    public void AgentStarted(TimeSpan now, NodeId node, string process, AgentState state);

    public void AgentEnded(TimeSpan now, NodeId node, string process);

    /// <summary>A replica takes in what a node says of itself in a group: what it orders from now on it orders knowing that.</summary>
    public void Heard(TimeSpan now, string replica, NodeId node, GroupName group, bool fenced, SteeredRole steered);

    /// <param name="local">The agent's own clock.</param>
    public void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after);

    /// <summary>A steering file has another number now: by an agent, by keepalived's start, or by what runs after an agent's end.</summary>
    public void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent);

    /// <summary>keepalived's own state machine went over.</summary>
    public void RoleChanged(TimeSpan now, NodeId node, GroupName group, NotifyState state);

    /// <summary>Who has the VIP on an interface, whatever it is good for.</summary>
    public void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders);

    /// <summary>A client's request would be answered from now on, or not (with why).</summary>
    public void ServiceChanged(TimeSpan now, GroupName group, string? why);

    /// <summary>Something was done to the world; <paramref name="node"/> null = not to a node. Ends by <see cref="FaultEnded"/> with the same number; what is over at once has an end at the same time.</summary>
    public void FaultBegan(TimeSpan now, int number, ClusterFault fault, NodeId? node);

    public void FaultEnded(TimeSpan now, int number);

    /// <summary>A receiver answered a notification with success; <paramref name="id"/> and <paramref name="epoch"/> as in its body.</summary>
    public void Delivered(TimeSpan now, string receiver, RecordedEvent notified);

    /// <summary>An event went into the register's outbox (a majority took it); once for each.</summary>
    public void EventRecorded(TimeSpan now, RecordedEvent recorded);

    /// <summary>A majority lost its memory and another one took the first value of a new generation, which goes on with these events and no others.</summary>
    public void GenerationBegan(TimeSpan now, long generation, Outbox goesOn);

    /// <summary>Every fault is over, for <paramref name="since"/>; what must be true by then is judged.</summary>
    public void Healed(TimeSpan now, TimeSpan since, WorldPicture picture);
}

/// <summary>What can be done to the whole system; the register's own faults are <see cref="Quorum.Fault"/>.</summary>
internal enum ClusterFault
{
    HaproxyDead, HaproxyHung, KeepalivedKilled, AgentKilled, HostPaused, HostClock, GatewayCut, GatewayCutForAll, BackendsDown, BackendsDownForAll,
    BrokerCut, Isolated, VrrpSplit, DiskFull, SteeringUnwritable, ProbeFlaps, ProbeLies,
    BrokerDown, BrokerBlocked, BrokerHolds, ConfirmLost, MessageRepeated, MessageLost, Garbage,
    ReplicaKilled, ReplicasKilled, ReplicaPaused, ReplicaStopped, ReplicaCutFromBroker, ReplicaCutFromServers, WallJump,
    ServerRestarted, ServerEmptied, ServersEmptied, ServerStalled, ServerCut, ControlPlaneKilled,
    ReceiverDown, ReceiverSlow, MoveAsked,
}
