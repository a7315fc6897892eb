using Contracts.Vocabulary;
using NodeAgent.Core;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>
/// O6. After every step of an agent: while a hard check is down (by the agent's own tally), the node is steered as sick or it is fenced; a fenced node is
/// steered at or below its base (S3), so that whoever takes the fence off brings no VIP back. Both are carried out in the same step: the files that the
/// agent knows of stand for just that, but for one that could not be written and waits for its second try. Excused: <c>onControlPlaneLoss: hold</c> without
/// a valid order (bad health only reports), and the first step of a life that found a fence beside its MASTER.
/// </summary>
internal sealed class HealthJudge : Judge
{
    public override void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (ReferenceEquals(before.Groups, after.Groups) || input is AgentInput.Stopping) return;
        foreach (var (name, group) in after.Groups)
        {
            if (before.Groups.TryGetValue(name, out var was) && ReferenceEquals(group, was)) continue;
            if (group.Options.DownFile is not null) continue;
            if (group.Fence is not null && group.Steered is not (SteeredRole.Untold or SteeredRole.Sick) && was?.Fence is null && input is not AgentInput.Started)
                throw Broken("O6", $"{node} {name}: fenced and steered {group.Steered}");
            var holds = group.Policy.OnControlPlaneLoss == ControlPlaneLoss.Hold && group.Order?.IsValid(input.At) != true;
            if (group.Health == Health.HardBad && group.Fence is null && group.Steered != SteeredRole.Sick && !holds)
                throw Broken("O6", $"{node} {name}: steered {group.Steered} while a hard check is bad: {group.HealthReason}");
            if (input.At < group.RetryWriteAt) continue;
            Stands(node, group, SteeringFile.Fence, group.FenceFile, group.Fence is null ? 0 : 1);
            Stands(node, group, SteeringFile.Priority, group.PriorityFile, Priorities.FileValue(group.Options, group.Steered));
        }
    }

    private static void Stands(NodeId node, GroupState group, SteeringFile file, int? stands, int wanted)
    {
        if (stands != wanted) throw Broken("O6", $"{node} {group.Name}: the {file} file has {stands?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing known"}, {wanted} is wanted ({group.Steered}, {group.Fence})");
    }
}
