using Arbiter.Core;
using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>
/// V1 and H2. Healed for at least <see cref="Bound"/>: every group is on exactly one interface, a client that connects is served, and the holder is the one that was
/// recorded last (highest generation and epoch). <see cref="Bound"/> = a leader (three waits), its startup grace of 10 s, an election of 3 s and a renewal. Without an assignment (a register
/// that waits for a person from its first minute) only that one serves.
/// </summary>
internal sealed class HealedJudge(JudgeSettings settings) : Judge
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<GroupName, (FencingToken Token, NodeId Holder)> _recorded = [];

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
}
