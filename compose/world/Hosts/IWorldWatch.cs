using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Hosts;

/// <summary>Sees what happens in the world at the moment it does, on the world's thread: changes nothing and asks for nothing.</summary>
internal interface IWorldWatch
{
    public void AgentStarted(NodeId node, string process, AgentState state);

    public void AgentEnded(NodeId node, string process);

    /// <summary>A steering file is about to have another number.</summary>
    /// <param name="byAgent">Otherwise by keepalived's start, or by what runs after an agent's end.</param>
    public void FileWritten(NodeId node, GroupName group, SteeringFile file, int value, bool byAgent);

    /// <summary>keepalived's own word.</summary>
    public void RoleChanged(NodeId node, GroupName group, NotifyState state);

    /// <summary>The VIP came to an interface or left it.</summary>
    public void HoldersChanged(GroupName group, IReadOnlyCollection<NodeId> holders);

    /// <param name="why">null: a client is served from now on.</param>
    public void ServiceChanged(GroupName group, string? why);
}

/// <summary>What a node's probes (not its pings) say, whatever is so.</summary>
internal enum ProbeLie { None, AllBad, AllGood }
