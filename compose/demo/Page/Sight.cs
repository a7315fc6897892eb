using System.Collections.Immutable;
using World.Hosts;

namespace Demo.Page;

/// <summary>The world's picture in the words of the page.</summary>
internal static class Sight
{
    /// <param name="armed">When everything was armed for the first time; null: not yet.</param>
    public static WorldView Of(WorldPicture picture, TimeSpan? armed) => new(
        (long)picture.At.TotalMilliseconds, armed is not null,
        [.. picture.Groups.Select(g => new GroupView(g.Name.ToString(), [.. g.Holders.Select(h => h.ToString())], g.Reached?.ToString(), g.Served, g.Moves, Away(g, picture.At, armed)))],
        [.. picture.Nodes.Select(Node)]);

    // before all was armed there was no standby: what was short then says nothing of a failover
    private static AwayView? Away(GroupPicture group, TimeSpan now, TimeSpan? armed) =>
        group.Outages.LastOrDefault() is { } last && last.From >= armed
            ? new AwayView(last.From.TotalMilliseconds, Math.Round(last.Length(now).TotalMilliseconds, 1), last.Until is not null)
            : null;

    private static NodeView Node(NodePicture node) => new(
        node.Name.ToString(), Ills(node),
        node.Roles.ToImmutableSortedDictionary(r => r.Key.ToString(), r => new RoleView(r.Value.Role.ToString().ToUpperInvariant(), r.Value.Priority, r.Value.Fenced)));

    private static ImmutableArray<string> Ills(NodePicture node)
    {
        var ills = ImmutableArray.CreateBuilder<string>();
        if (node.Isolated) ills.Add("cut off");
        if (node.Haproxy == ProxyState.Dead) ills.Add("haproxy dead");
        if (node.Haproxy == ProxyState.Hung) ills.Add("haproxy hung");
        if (!node.KeepalivedAlive) ills.Add("keepalived dead");
        if (!node.AgentAlive) ills.Add("agent dead");
        if (node.GatewayCut) ills.Add("no gateway");
        if (node.BrokerCut) ills.Add("no broker");
        return ills.ToImmutable();
    }
}
