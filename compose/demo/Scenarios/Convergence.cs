using System.Collections.Immutable;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using World.Hosts;

namespace Demo.Scenarios;

/// <summary>
/// Whether all is as it should be: every address on one healthy node, which is the recorded one, serves, and has a successor that is ready; one
/// leader in whom all believe; every server votes; nothing is broken. What the demo calls armed.
/// </summary>
internal static class Convergence
{
    /// <summary>The first thing that is missing; null: nothing is.</summary>
    public static string? Missing(Snapshot now)
    {
        if (!now.Pressed.IsEmpty) return $"{string.Join(", ", now.Pressed)} is still broken";
        return MissingOfArbiters(now) ?? MissingOfGroups(now, []);
    }

    /// <summary>The same while something is broken: the groups serve and are armed, whatever else is wrong.</summary>
    /// <param name="broken">Nodes of which nothing is expected.</param>
    public static string? MissingOfGroups(Snapshot now, ImmutableArray<NodeId> broken)
    {
        if (now.Leader is not { } leader) return "no arbiter leads";
        foreach (var group in now.World.Groups)
        {
            if (leader.Status.Groups.FirstOrDefault(g => g.Group == group.Name) is not { } status) return $"{group.Name}: the leader has not looked yet";
            if (Missing(group, status, broken) is { } missing) return $"{group.Name}: {missing}";
        }
        return null;
    }

    private static string? MissingOfArbiters(Snapshot now)
    {
        if (now.Leader is not { } leader) return "no arbiter leads";
        foreach (var replica in now.Running)
        {
            if (replica.Register.State is not (RegisterState.Leading or RegisterState.Following)) return $"{replica.Name}: {replica.Register.Reason}";
            if (replica.Register.Leader != leader.Register.Leader || replica.Register.Term != leader.Register.Term)
                return $"{replica.Name} believes in {replica.Register.Leader ?? "nobody"}, {leader.Name} leads";
            if (replica.Register.Acceptors.FirstOrDefault(a => a.State != "voting") is { } server) return $"{replica.Name} sees {server.Address} as {server.State}";
            if (!replica.Status.BusConnected) return $"{replica.Name} has no bus: {replica.Status.BusReason}";
        }
        return null;
    }

    private static string? Missing(GroupPicture world, GroupStatus status, ImmutableArray<NodeId> broken)
    {
        if (world.Holders is not [var holder]) return world.Holders.IsEmpty ? "no node has the address" : $"{string.Join(" and ", world.Holders)} have the address";
        if (world.Reached != holder) return $"{holder} has the address, clients send to {world.Reached?.Value ?? "nobody"}";
        if (!world.Served) return $"{holder} has the address and serves nobody";
        if (status.Assignment?.Holder != holder) return $"{holder} has the address, recorded is {status.Assignment?.Holder.Value ?? "nobody"}";
        if (status.Masters is not [var master] || master != holder) return $"the arbiter does not see {holder} alone as MASTER";
        if (!status.StandbyReady) return $"no standby is ready ({status.Because})";
        foreach (var member in status.Members)
        {
            if (broken.Contains(member.Node)) continue;
            if (member.Stale || member.Reading is not { } reading) return $"{member.Node} is not heard";
            if (reading.Fenced) return $"{member.Node} is fenced";
            if (reading.Health != Health.Good) return $"{member.Node} is not healthy";
        }
        return null;
    }
}
