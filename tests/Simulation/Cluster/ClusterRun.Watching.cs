using Contracts.Vocabulary;
using NodeAgent;
using NodeAgent.Core;
using Simulation.Quorum;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

internal sealed partial class ClusterRun
{
    /// <summary>Brings what happens in the world to the judges and into the trace, and counts how long clients were served.</summary>
    private sealed class Watching : IStepWatch, IWorldWatch
    {
        private readonly ClusterRun _run;
        private readonly Dictionary<NodeId, int> _nodes = [];
        private readonly Dictionary<GroupName, (int Index, TimeSpan Since, TimeSpan Served, bool Now)> _groups = [];

        public Watching(ClusterRun run, WorldOptions options)
        {
            _run = run;
            foreach (var node in options.Nodes) _nodes.Add(node, _nodes.Count);
            foreach (var group in options.Groups) _groups.Add(group.Name, (_groups.Count, TimeSpan.Zero, TimeSpan.Zero, false));
        }

        public long Steps { get; private set; }

        private TimeSpan Now => _run._time.Now;

        public double Served(TimeSpan now)
        {
            var served = TimeSpan.Zero;
            foreach (var group in _groups.Values) served += group.Served + (group.Now ? now - group.Since : TimeSpan.Zero);
            return now == TimeSpan.Zero ? 0 : served / (now * _groups.Count);
        }

        public void Stepped(AgentState before, AgentInput input, AgentState after)
        {
            Steps++;
            var node = after.Options.Node;
            _run._trace.Mark(Now, _nodes[node], 8, (int)((after.Seq << 5) ^ after.OrderSeq));
            _run._witness.AgentStepped(Now, input.At, node, before, input, after);
        }

        public void AgentStarted(NodeId node, string process, AgentState state) => _run._witness.AgentStarted(Now, node, process, state);

        public void AgentEnded(NodeId node, string process) => _run._witness.AgentEnded(Now, node, process);

        public void FileWritten(NodeId node, GroupName group, SteeringFile file, int value, bool byAgent)
        {
            Mark(node, group, 9, ((int)file << 9) + value);
            if (_run._trace.Story) _run.Tell($"{node}  {file} of {group} becomes {value}{(byAgent ? "" : ", not by the agent")}");
            _run._witness.FileWritten(Now, node, group, file, value, byAgent);
        }

        public void RoleChanged(NodeId node, GroupName group, NotifyState state)
        {
            Mark(node, group, 10, (int)state);
            _run._witness.RoleChanged(Now, node, group, state);
        }

        public void HoldersChanged(GroupName group, IReadOnlyCollection<NodeId> holders)
        {
            _run._trace.Mark(Now, _groups[group].Index, 11, holders.Aggregate(0, (sum, n) => sum | 1 << _nodes[n]));
            _run._witness.HoldersChanged(Now, group, holders);
        }

        public void ServiceChanged(GroupName group, string? why)
        {
            var was = _groups[group];
            _groups[group] = was with { Since = Now, Served = was.Served + (was.Now ? Now - was.Since : TimeSpan.Zero), Now = why is null };
            _run._trace.Mark(Now, was.Index, 12, why is null ? 1 : 0);
            _run._witness.ServiceChanged(Now, group, why);
        }

        private void Mark(NodeId node, GroupName group, int what, int detail) => _run._trace.Mark(Now, _nodes[node] * 16 + _groups[group].Index, what, detail);
    }
}
