using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// O1. Per node and group the highest (generation, epoch) that an agent applied never falls within one life of the agent, and neither does the
/// highest speaker (generation, term) it heard. A new life begins at least where the disk stood: at the highest that any earlier life knew to be saved.
/// Nothing is excused: what an agent obeyed and could not save (killed within 2 ms, disk full) is not saved, and what raised was saved before.
/// <c>forget</c> is nobody's here.
/// </summary>
internal sealed class EpochJudge : Judge
{
    private readonly Dictionary<(NodeId, GroupName), (FencingToken Token, SpeakerToken Speaker)> _saved = [];

    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        var begins = input is AgentInput.Started;
        if (!begins && after.Speaker < before.Speaker) throw Broken("O1", $"{node} heard speaker {before.Speaker} and goes back to {after.Speaker}");
        if (ReferenceEquals(before.Groups, after.Groups)) return;
        foreach (var (name, group) in after.Groups)
        {
            if (!before.Groups.TryGetValue(name, out var was) || ReferenceEquals(group, was)) continue;
            var key = (node, name);
            if (begins)
            {
                if (!_saved.TryGetValue(key, out var floor)) continue;
                if (group.Applied < floor.Token) throw Broken("O1", $"{node} {name}: the agent had saved epoch {floor.Token} and begins at {group.Applied}");
                if (after.Speaker < floor.Speaker) throw Broken("O1", $"{node}: the agent had saved speaker {floor.Speaker} and begins at {after.Speaker}");
                continue;
            }
            if (group.Applied < was.Applied) throw Broken("O1", $"{node} {name}: epoch {was.Applied} was applied, and now {group.Applied}");
            if (group.Order is { } order && order.Token < was.Applied && !ReferenceEquals(order, was.Order))
                throw Broken("O1", $"{node} {name}: an order of epoch {order.Token} stands, below {was.Applied}");
            if (group.Saved is not { } saved || ReferenceEquals(saved, was.Saved)) continue;
            var (token, speaker) = (new FencingToken(saved.Generation, saved.Epoch), new SpeakerToken(saved.Generation, saved.Term));
            var known = _saved.GetValueOrDefault(key);
            _saved[key] = (token > known.Token ? token : known.Token, speaker > known.Speaker ? speaker : known.Speaker);
        }
    }
}
