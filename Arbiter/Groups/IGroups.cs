using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>Where inputs are handed in. Each group has one inbox and one reader.</summary>
internal interface IGroups
{
    public bool Knows(NodeId node);

    /// <summary>To every group that has the node; at once, never waits. A full inbox drops it and counts: the next level says it again.</summary>
    public void Post(NodeId node, Input input);

    /// <summary>To one group; an unknown name is dropped.</summary>
    public void Post(GroupName group, Input input);

    /// <summary>To every group.</summary>
    public void PostAll(Input input);
}
