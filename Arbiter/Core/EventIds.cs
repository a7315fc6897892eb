using System.Globalization;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Names of events. Made only of what is recorded, so that two arbiters give one event one name, and a receiver that gets it twice
/// can tell. The receiver is no part of it.
/// </summary>
public static class EventIds
{
    public static string Transition(ClusterName cluster, GroupName group, NodeId node, string bootId, long counter) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{group}_{node}_{bootId}_{counter}");

    /// <param name="reason">Its first word is the kind: initial, failover, adopted ...</param>
    public static string Decision(string cluster, string group, long generation, long epoch, string reason) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{group}_{generation}_{epoch}_{Kind(reason)}");

    /// <summary>For what has no name of its own but its place in the ring.</summary>
    public static string Numbered(ClusterName cluster, GroupName group, long generation, long number, string type) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{group}_{generation}_{number}_{type}");

    public static string Schedule(ClusterName cluster, GroupName group, Firing firing) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{group}_{firing.Schedule}_{firing.At.ToUnixTimeSeconds()}");

    public static string Leader(ClusterName cluster, long generation, long term) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{generation}_{term}_leader");

    /// <summary>A new generation on a person's word.</summary>
    public static string Forced(ClusterName cluster, long generation) => string.Create(CultureInfo.InvariantCulture, $"evt_{cluster}_{generation}_0_forced");

    /// <summary>The first word of a decision's reason.</summary>
    public static string Kind(string reason) => reason.Split(':', 2)[0].Trim() is { Length: > 0 } kind && Names.IsValid(kind) ? kind : "decision";
}
