using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>Judges nothing.</summary>
internal sealed class Nobody : IWitness
{
    public void Recorded(TimeSpan now, long generation, Assignment assignment) { }

    public void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive) { }

    public void Heard(TimeSpan now, string replica, NodeId node, GroupName group, bool fenced, SteeredRole steered) { }

    public void AgentStarted(TimeSpan now, NodeId node, string process, AgentState state) { }

    public void AgentEnded(TimeSpan now, NodeId node, string process) { }

    public void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after) { }

    public void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent) { }

    public void RoleChanged(TimeSpan now, NodeId node, GroupName group, NotifyState state) { }

    public void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders) { }

    public void ServiceChanged(TimeSpan now, GroupName group, string? why) { }

    public void FaultBegan(TimeSpan now, int number, ClusterFault fault, NodeId? node) { }

    public void FaultEnded(TimeSpan now, int number) { }

    public void Delivered(TimeSpan now, string receiver, RecordedEvent notified) { }

    public void EventRecorded(TimeSpan now, RecordedEvent recorded) { }

    public void GenerationBegan(TimeSpan now, long generation, Outbox goesOn) { }

    public void Healed(TimeSpan now, TimeSpan since, WorldPicture picture) { }
}
