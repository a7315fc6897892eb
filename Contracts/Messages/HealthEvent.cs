using Contracts.Vocabulary;

namespace Contracts.Messages;

/// <summary>
/// A node's whole level, never a delta: sent at once on any change (a first miss too) and with each heartbeat.
/// Exchange <c>vip.health</c>, routing key <c>health.&lt;node&gt;</c>. Ages and durations are in milliseconds at the moment of sending.
/// </summary>
public sealed record HealthEvent : IMessage
{
    /// <summary>Schema version; readers refuse what they do not know.</summary>
    public required int V { get; init; }
    public required ClusterName Cluster { get; init; }
    public required NodeId Node { get; init; }
    /// <summary>Random per start of the agent. Two live ones for one node: <c>DuplicateNode</c>.</summary>
    public required string Process { get; init; }
    /// <summary>The kernel's boot id of the host.</summary>
    public required string BootId { get; init; }
    /// <summary>Rises by one per event of this process; the receiver drops what is not newer.</summary>
    public required long Seq { get; init; }
    /// <summary>Echoed by the next order; an order is valid for its validity counted from the moment this nonce was sent.</summary>
    public required string Nonce { get; init; }
    /// <summary>How late the agent's own loop was at worst since the last event.</summary>
    public required long LoopDelayMs { get; init; }
    /// <summary>The agent's loop was away for more than 2 s: it acts on local health only until this has run out; 0 = not tilted.</summary>
    public long TiltMs { get; init; }
    public required IReadOnlyList<ProbeReading> Probes { get; init; }
    public required IReadOnlyList<GroupReading> Groups { get; init; }
}

/// <summary>One probe as it stands.</summary>
public sealed record ProbeReading
{
    public required string Name { get; init; }
    /// <summary>What is asked: process, http, ping, tcp, haproxySocket, command.</summary>
    public required string Kind { get; init; }
    public required ProbeClass Class { get; init; }
    /// <summary>After rise and fall.</summary>
    public required ProbeState State { get; init; }
    /// <summary>Why it is what it is, for people; at most 200 characters.</summary>
    public required string Reason { get; init; }
    /// <summary>How long it has been in this state.</summary>
    public required long SinceMs { get; init; }
    /// <summary>Consecutive bad samples up to now; the first is reported while the state is still up.</summary>
    public required int Misses { get; init; }
    /// <summary>Age of the first of these misses; 0 without one.</summary>
    public required long FirstMissMs { get; init; }
    /// <summary>Consecutive good samples up to now, at most 1000.</summary>
    public required int Goods { get; init; }
    /// <summary>Age of the newest sample; -1 when there was none.</summary>
    public required long SampleMs { get; init; }
    /// <summary>Age of the sample before it; -1 when there was none.</summary>
    public required long PreviousSampleMs { get; init; }
    /// <summary>How long the newest sample took; -1 when there was none.</summary>
    public required double LatencyMs { get; init; }
    /// <summary>How often it samples.</summary>
    public required long IntervalMs { get; init; }
}

/// <summary>What a node is in one group.</summary>
public sealed record GroupReading
{
    public required GroupName Group { get; init; }
    /// <summary>By keepalived's own word.</summary>
    public required VrrpRole Role { get; init; }
    /// <summary>How long it has been in that role.</summary>
    public required long RoleMs { get; init; }
    /// <summary>Every VIP of the group is on the interface (netlink).</summary>
    public required bool VipPresent { get; init; }
    public required bool KeepalivedAlive { get; init; }
    /// <summary>As keepalived last said it; 0 = never heard.</summary>
    public required int EffectivePriority { get; init; }
    public required int Base { get; init; }
    /// <summary>The fence file is 1.</summary>
    public required bool Fenced { get; init; }
    /// <summary>What the priority file stands for.</summary>
    public required SteeredRole Steered { get; init; }
    public required Health Health { get; init; }
    /// <summary>How long no hard check has been bad or unknown, without a break; 0 while one is.</summary>
    public required long HealthyMs { get; init; }
    /// <summary>Highest token applied; zeros = none yet.</summary>
    public required long Generation { get; init; }
    public required long Term { get; init; }
    public required long Epoch { get; init; }
    /// <summary>The role last accepted from an order; null before the first.</summary>
    public OrderedRole? Ordered { get; init; }
    /// <summary>The ordered role waits for keepalived (holder before MASTER, a down file's standby until its script has risen).</summary>
    public required bool Pending { get; init; }
    /// <summary>Why steering does not work (ActuatorFailed, persist); null when it does.</summary>
    public string? Fault { get; init; }
    /// <summary>By which files this node is steered; an agent that does not say it uses track files.</summary>
    public SteeringKind Steering { get; init; }
    /// <summary>How the service behind the VIP looks from this node; null on the node that is MASTER, and where none is configured.</summary>
    public ServiceReading? Service { get; init; }
    /// <summary>The last 16 transitions, and those of the last ten minutes up to 64: what nobody heard while the control plane was away is heard afterwards.</summary>
    public required IReadOnlyList<RoleTransition> Transitions { get; init; }
}

/// <summary>The service behind the VIP, asked from a node that does not hold it. Told and recorded; no rule moves a VIP for it.</summary>
/// <param name="State">After rise and fall.</param>
/// <param name="Reason">For people; at most 200 characters.</param>
/// <param name="SinceMs">How long it has been in this state.</param>
/// <param name="LatencyMs">How long the newest answer took; -1 without one.</param>
public sealed record ServiceReading(ProbeState State, string Reason, long SinceMs, double LatencyMs);

/// <summary>A change of role; (boot id, counter) names it for ever: an agent counts on from its host's uptime in milliseconds at its start.</summary>
public sealed record RoleTransition(string BootId, long Counter, VrrpRole Role, long AgeMs);
