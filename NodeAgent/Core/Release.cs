using NodeAgent.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// What an agent leaves behind when it ends, however it ends: a plain VRRP pair. While the node is MASTER its priority stays exactly as it
/// is, because changing it moves the VIP. Otherwise the priority goes to base, except that a node which was fenced or sick leaves as sick:
/// nobody is there to watch it, so it must not win an election over a healthy one. The fence comes off last.
/// A down file is left as it is: where it is, its absence could take the VIP back, and a weight keeps the node electable all the same.
/// </summary>
internal static class Release
{
    public static IEnumerable<Effect> Decide(AgentGroupOptions group, bool master, int fenceFile, int priorityFile)
    {
        var sick = fenceFile != 0 || Priorities.RoleOf(group, priorityFile) == SteeredRole.Sick;
        var priority = sick ? Priorities.FileValue(group, SteeredRole.Sick) : master ? priorityFile : 0;
        if (priority != priorityFile) yield return new Effect.Write(group.Group, SteeringFile.Priority, priority);
        if (fenceFile != 0) yield return new Effect.Write(group.Group, SteeringFile.Fence, 0);
    }
}
