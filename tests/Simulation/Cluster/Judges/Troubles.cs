using Contracts.Vocabulary;

namespace Simulation.Cluster;

/// <param name="Node">null: not to a node.</param>
internal sealed record ActiveFault(int Number, ClusterFault Fault, NodeId? Node, TimeSpan Since);

/// <summary>The faults that stand now and those that are over, for judges whose bound depends on them.</summary>
internal sealed class Troubles
{
    private readonly SortedDictionary<int, ActiveFault> _active = [];
    private readonly SortedDictionary<ClusterFault, TimeSpan> _over = [];
    private readonly SortedDictionary<(ClusterFault, NodeId), TimeSpan> _overAt = [];

    /// <summary>When a fault last began or ended; <see cref="TimeSpan.MinValue"/> before the first.</summary>
    public TimeSpan ChangedAt { get; private set; } = TimeSpan.MinValue;

    public IEnumerable<ActiveFault> Active => _active.Values;

    public ActiveFault Begin(TimeSpan now, int number, ClusterFault fault, NodeId? node)
    {
        ChangedAt = now;
        return _active[number] = new ActiveFault(number, fault, node, now);
    }

    public ActiveFault? End(TimeSpan now, int number)
    {
        if (!_active.Remove(number, out var ended)) return null;
        ChangedAt = now;
        _over[ended.Fault] = now;
        if (ended.Node is { } node) _overAt[(ended.Fault, node)] = now;
        return ended;
    }

    /// <summary>One of these stands, on whatever node, or was over at or after then.</summary>
    public bool Any(ClusterFaultSet faults, TimeSpan sinceThen)
    {
        foreach (var a in _active.Values)
            if (faults.Has(a.Fault)) return true;
        foreach (var (fault, at) in _over)
            if (at >= sinceThen && faults.Has(fault)) return true;
        return false;
    }

    /// <summary>The same for one node; what was done to no node in particular counts for each.</summary>
    public bool On(NodeId node, ClusterFaultSet faults, TimeSpan sinceThen)
    {
        foreach (var a in _active.Values)
            if ((a.Node is null || a.Node == node) && faults.Has(a.Fault)) return true;
        foreach (var ((fault, at), over) in _overAt)
            if (at == node && over >= sinceThen && faults.Has(fault)) return true;
        return false;
    }
}

/// <summary>Some of the faults.</summary>
internal readonly record struct ClusterFaultSet(ulong Bits)
{
    public static ClusterFaultSet Of(params ReadOnlySpan<ClusterFault> faults)
    {
        var bits = 0UL;
        foreach (var fault in faults) bits |= 1UL << (int)fault;
        return new(bits);
    }

    public bool Has(ClusterFault fault) => (Bits & 1UL << (int)fault) != 0;

    public static ClusterFaultSet operator |(ClusterFaultSet a, ClusterFaultSet b) => new(a.Bits | b.Bits);

    /// <summary>keepalived of a node cannot hear the others, cannot be stopped in time, or leaves its address behind.</summary>
    public static ClusterFaultSet Deaf { get; } = Of(ClusterFault.VrrpSplit, ClusterFault.Isolated, ClusterFault.HostPaused, ClusterFault.KeepalivedKilled, ClusterFault.HostClock);

    /// <summary>VRRP, the proxy, or an agent's rules may take a VIP away for these without asking anybody.</summary>
    public static ClusterFaultSet Movers { get; } = Deaf | Of(ClusterFault.HaproxyDead, ClusterFault.HaproxyHung, ClusterFault.SteeringUnwritable, ClusterFault.ProbeFlaps, ClusterFault.ProbeLies);

    /// <summary>The node does not serve although its keepalived may hold, or is nobody's choice.</summary>
    public static ClusterFaultSet Unfit { get; } = Movers | Of(
        ClusterFault.AgentKilled, ClusterFault.GatewayCut, ClusterFault.GatewayCutForAll, ClusterFault.BackendsDown, ClusterFault.BackendsDownForAll, ClusterFault.DiskFull);

    /// <summary>What is said on the way between an agent and the leader may be late, lost or old.</summary>
    public static ClusterFaultSet Unheard { get; } = Of(
        ClusterFault.BrokerCut, ClusterFault.Isolated, ClusterFault.HostPaused, ClusterFault.HostClock, ClusterFault.AgentKilled,
        ClusterFault.BrokerDown, ClusterFault.BrokerBlocked, ClusterFault.BrokerHolds, ClusterFault.ConfirmLost, ClusterFault.MessageRepeated, ClusterFault.MessageLost,
        ClusterFault.ReplicaKilled, ClusterFault.ReplicasKilled, ClusterFault.ReplicaPaused, ClusterFault.ReplicaStopped, ClusterFault.ReplicaCutFromBroker,
        ClusterFault.ReplicaCutFromServers, ClusterFault.ControlPlaneKilled);
}
