using System.Globalization;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;
using Broken = Simulation.Quorum.Broken;

namespace Simulation.Cluster;

/// <summary>
/// One invariant or family of them: is told the facts of <see cref="IWitness"/>, keeps what it needs of them, and throws when one does not fit.
/// Knows nothing of the run and nothing that a process believes, except what an agent's own steps show.
/// </summary>
internal abstract class Judge
{
    public virtual void Recorded(TimeSpan now, long generation, Assignment assignment) { }

    public virtual void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive) { }

    public virtual void Heard(TimeSpan now, string replica, NodeId node, GroupName group, bool fenced, SteeredRole steered) { }

    public virtual void AgentEnded(TimeSpan now, NodeId node) { }

    /// <summary>Only steps of an agent that has looked at its host.</summary>
    public virtual void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after) { }

    public virtual void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent) { }

    public virtual void RoleChanged(TimeSpan now, NodeId node, GroupName group, NotifyState state) { }

    public virtual void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders) { }

    public virtual void ServiceChanged(TimeSpan now, GroupName group, string? why) { }

    public virtual void FaultBegan(TimeSpan now, ActiveFault fault) { }

    public virtual void FaultEnded(TimeSpan now, ActiveFault fault) { }

    public virtual void Delivered(TimeSpan now, string receiver, RecordedEvent notified) { }

    public virtual void EventRecorded(TimeSpan now, RecordedEvent recorded) { }

    public virtual void GenerationBegan(TimeSpan now, long generation, Outbox goesOn) { }

    /// <summary>Time goes on: at least at every fact, at most every <see cref="Judges.Look"/>.</summary>
    public virtual void Passed(TimeSpan now) { }

    public virtual void Healed(TimeSpan now, TimeSpan since, WorldPicture picture) { }

    protected static Broken Broken(string invariant, FormattableString what) => new(invariant, what.ToString(CultureInfo.InvariantCulture));
}
