using Contracts.Vocabulary;

namespace Simulation.Cluster;

/// <summary>
/// V2. The VIP of a group is on two interfaces for at most one advert and <see cref="Slack"/> (a hand-over without a gap), except while VRRP cannot
/// work and until one master-down interval and <see cref="Settling"/> after: a member's adverts are cut off (<c>VrrpSplit</c>, <c>Isolated</c>), a member stands
/// still, its keepalived was killed and left its address, or its clock runs at another rate.
/// </summary>
internal sealed class DualJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);
    /// <summary>A keepalived that is started anew takes its left-over away; one that goes on after a standstill reads what waited.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<GroupName, (TimeSpan Since, string Who)> _dual = [];

    public override void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders)
    {
        if (holders.Count < 2) _dual.Remove(group);
        else _dual[group] = (_dual.TryGetValue(group, out var was) ? was.Since : now, string.Join(" and ", holders.Order()));
    }

    public override void Passed(TimeSpan now)
    {
        foreach (var group in _dual.Keys.ToArray())
        {
            var (since, who) = _dual[group];
            if (Excused(group, now)) _dual[group] = (now, who);
            else if (now - since > settings.Advert + Slack)
                throw Broken("V2", $"{group} is on {who} for {(now - since).TotalSeconds:0.000} s, and they can hear each other");
        }
    }

    private bool Excused(GroupName group, TimeSpan now)
    {
        var until = now - settings.MasterDown - Settling;
        foreach (var node in settings.Members[group])
            if (troubles.On(node, ClusterFaultSet.Deaf, until)) return true;
        // a split has two ends and is told of one
        return troubles.Any(ClusterFaultSet.Of(ClusterFault.VrrpSplit), until);
    }
}
