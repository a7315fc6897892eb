using Contracts.Vocabulary;

namespace Simulation.Cluster;

/// <summary>
/// V3. A group that was served once is not unserved for longer than <see cref="Budget"/> while (a) one of its nodes is fit: nothing was done to it for
/// <see cref="Fit"/>, (b) nothing was done to any node, the broker, a replica or a server meanwhile (each fault begins the time anew: it may have hit whoever was about to
/// take over), and (c) no fault stands that keeps everybody from knowing: backends or a gateway gone (soft: only a leader moves for them), a probe that lies, an agent
/// that is dead, files that cannot be written, adverts cut between two nodes, a clock at another rate. What remains is exactly what VRRP and the agents must do
/// alone, whatever the control plane does: a dead, hung, killed, cut-off or standing holder. The budget is the longest of these: three adverts and a skew, a hung
/// proxy's detection, a client's neighbour that asks again (2 s), and a fence that another's order renewed (12 s) - 20 s; without a control-plane fault 6 s.
/// </summary>
internal sealed class ServiceJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan Quick = TimeSpan.FromSeconds(6);
    /// <summary>An agent that was tilted, a proxy that must rise, a standby that is armed again.</summary>
    public static readonly TimeSpan Fit = TimeSpan.FromSeconds(20);

    private static readonly ClusterFaultSet s_blind = ClusterFaultSet.Of(
        ClusterFault.BackendsDown, ClusterFault.BackendsDownForAll, ClusterFault.GatewayCut, ClusterFault.GatewayCutForAll, ClusterFault.ProbeLies, ClusterFault.ProbeFlaps,
        ClusterFault.AgentKilled, ClusterFault.SteeringUnwritable, ClusterFault.VrrpSplit, ClusterFault.HostClock);

    private readonly SortedDictionary<GroupName, (TimeSpan Since, string Why)> _out = [];
    private readonly SortedSet<GroupName> _served = [];

    public override void ServiceChanged(TimeSpan now, GroupName group, string? why)
    {
        if (why is null)
        {
            _served.Add(group);
            _out.Remove(group);
        }
        else if (_served.Contains(group)) _out[group] = (_out.TryGetValue(group, out var was) ? was.Since : now, why);
    }

    public override void Passed(TimeSpan now)
    {
        foreach (var (group, (since, why)) in _out)
        {
            var from = troubles.ChangedAt > since ? troubles.ChangedAt : since;
            var alone = troubles.Any(ClusterFaultSet.Unheard, now - Fit);
            if (now - from <= (alone ? Budget : Quick + settings.MasterDown)) continue;
            if (troubles.Any(s_blind, from) || Fittest(group, now) is not { } fit) continue;
            throw Broken("V3", $"{group} is not served for {(now - since).TotalSeconds:0.0} s ({why}), nothing was done for {(now - from).TotalSeconds:0.0} s, and {fit} is fit");
        }
    }

    private NodeId? Fittest(GroupName group, TimeSpan now)
    {
        foreach (var node in settings.Members[group])
            if (!troubles.On(node, ClusterFaultSet.Unfit, now - Fit)) return node;
        return null;
    }
}
