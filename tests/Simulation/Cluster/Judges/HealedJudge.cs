using Arbiter.Core;
using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>
/// V1 and H2. At any time: while no fault stands and none began or ended for <see cref="Calm"/>, no group has for so long been on other than exactly one interface, or unserved, whether or
/// not there is a leader. At the end, healed for at least <see cref="Bound"/>: every group is on exactly one interface, a client that connects is served, and the holder is the one that was
/// recorded last (highest generation and epoch). <see cref="Bound"/> = a leader (three waits), its startup grace of 10 s, an election of 3 s and a renewal. Without an assignment (a register
/// that waits for a person from its first minute) only that one serves.
/// </summary>
internal sealed class HealedJudge(JudgeSettings settings, Troubles troubles) : Judge
{
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<GroupName, (FencingToken Token, NodeId Holder)> _recorded = [];

    private readonly SortedDictionary<GroupName, Seen> _seen = [];

    public override void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders) =>
        See(now, group, s => s with { Holders = string.Join(", ", holders.Order()), Count = holders.Count });

    public override void ServiceChanged(TimeSpan now, GroupName group, string? why) => See(now, group, s => s with { Why = why });

    public override void Passed(TimeSpan now)
    {
        if (troubles.ChangedAt > now - Calm || troubles.Active.Any()) return;
        foreach (var (group, seen) in _seen)
            if (seen.BadSince is { } since && since <= now - Calm)
                throw Broken("V1", $"{group} is on [{seen.Holders}]{(seen.Why is null ? "" : $" and not served ({seen.Why})")} for {(now - since).TotalSeconds:0} s, and no fault stands since {Calm.TotalSeconds:0} s");
    }

    private void See(TimeSpan now, GroupName group, Func<Seen, Seen> change)
    {
        var seen = change(_seen.GetValueOrDefault(group) ?? new Seen("", 0, "never served", now));
        _seen[group] = seen with { BadSince = seen.Count == 1 && seen.Why is null ? null : seen.BadSince ?? now };
    }

    public override void Recorded(TimeSpan now, long generation, Assignment assignment)
    {
        var token = new FencingToken(generation, assignment.Epoch);
        if (!_recorded.TryGetValue(assignment.Group, out var was) || token > was.Token) _recorded[assignment.Group] = (token, assignment.Holder);
    }

    public override void Healed(TimeSpan now, TimeSpan since, WorldPicture picture)
    {
        if (since < Bound) return;
        foreach (var group in picture.Groups)
        {
            if (!settings.Members.ContainsKey(group.Name)) continue;
            if (group.Holders.Length != 1) throw Broken("V1", $"{group.Name} is on [{string.Join(", ", group.Holders)}] {since.TotalSeconds:0} s after the last fault");
            if (!group.Served) throw Broken("V1", $"{group.Name} is on {group.Holders[0]} and not served {since.TotalSeconds:0} s after the last fault");
            if (_recorded.TryGetValue(group.Name, out var recorded) && recorded.Holder != group.Holders[0])
                throw Broken("H2", $"{group.Name} is on {group.Holders[0]} {since.TotalSeconds:0} s after the last fault, and epoch {recorded.Token} gives it to {recorded.Holder}");
        }
    }

    private sealed record Seen(string Holders, int Count, string? Why, TimeSpan? BadSince);
}
