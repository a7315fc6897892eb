using Contracts.Configuration;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Configuration;

/// <summary>
/// A node is told about all its groups in one order, and a message has a limit (docs/wire.md): a configuration whose orders could never be sent is
/// refused here, before a VIP depends on it.
/// </summary>
internal static class OrderRoom
{
    // longer than any that is sent; its letters need no escape
    private static readonly string s_id = new('f', WireLimits.MaxId);

    public static void Check(IReadOnlyList<GroupOptions> groups, Value value)
    {
        foreach (var node in groups.SelectMany(g => g.Members).Select(m => m.Node).Distinct().Order())
        {
            GroupOptions[] its = [.. groups.Where(g => g.Members.Any(m => m.Node == node))];
            if (its.Length > NodeLimits.MostGroups)
                value.Wrong($"make {node} a member of {its.Length} groups: an agent takes at most {NodeLimits.MostGroups}; put more addresses into one group, or use more nodes");
            else if (Bytes(node, its) is > WireLimits.MaxBytes and var bytes)
                value.Wrong($"of {node} would need {bytes} bytes in one order, more than {WireLimits.MaxBytes}: give it fewer groups, or fewer addresses in them");
        }
    }

    /// <summary>Of the largest order that the node can be sent.</summary>
    private static int Bytes(NodeId node, GroupOptions[] groups)
    {
        // any cluster's name is as good as the longest
        var cluster = ClusterName.Parse(new string('c', Names.MaxLength));
        return MessageCodec.Measure(new Order
        {
            V = IMessage.CurrentVersion,
            Cluster = cluster,
            Node = node,
            Process = s_id,
            Generation = long.MaxValue,
            Term = long.MaxValue,
            Seq = long.MaxValue,
            Nonce = s_id,
            ValidMs = WireLimits.MaxValidMs,
            Report = true,
            Groups = [.. groups.Select(g => new GroupOrder
            {
                Group = g.Name,
                Epoch = long.MaxValue,
                Role = OrderedRole.Holder,
                Standby = g.Members.Select(m => m.Node).MaxBy(n => n.Value.Length),
                OtherMaster = true,
                Policy = g.Policy,
            })],
        });
    }
}
