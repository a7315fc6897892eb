using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>What each member should be told, from the recorded assignment and what the members are now. Nothing recorded: nothing said.</summary>
internal static class Wanted
{
    public static ImmutableSortedDictionary<NodeId, GroupOrder> Orders(Facts f)
    {
        var orders = ImmutableSortedDictionary.CreateBuilder<NodeId, GroupOrder>();
        if (f.State.Assignment is null) return orders.ToImmutable();
        foreach (var m in f.State.Members)
        {
            // a silent node has no fresh nonce to echo; two agents under one name must not both believe
            if (!m.Fresh(f.Now) || m.Ambiguous(f.Now)) continue;
            if (For(f, m) is { } order) orders.Add(m.Node, order);
        }
        return orders.ToImmutable();
    }

    private static GroupOrder? For(Facts f, MemberView m)
    {
        if (m.Node == f.State.Assignment!.Holder)
            return Make(f, m, OrderedRole.Holder, m.IsMaster(f.Now) && f.WithholdStandby is null ? f.Ready?.Node : null);
        if (Yields(f, m)) return Make(f, m, OrderedRole.Yield, f.Tilted ? null : Successor(f)?.Node);
        if (MayFence(f, m)) return Make(f, m, OrderedRole.Fence, f.OtherMaster(m.Node) ? null : Successor(f)?.Node);

        var reading = m.Reading!;
        return reading.Role switch
        {
            // elected, not recorded: what it has may be what keeps the VIP where it is, so nothing is said that could change it
            VrrpRole.Master => reading.Steered is SteeredRole.Untold or SteeredRole.Sick ? Make(f, m, OrderedRole.Untold, null) : null,
            // nobody serves yet: a changed file would cost the successor its whole wait again
            VrrpRole.Backup when !f.Settled && !f.State.Rules.Deviations.StandbyInMoves => Make(f, m, reading.Steered == SteeredRole.Standby ? OrderedRole.Standby : OrderedRole.Untold, null),
            _ => Make(f, m, f.State.Standby == m.Node && !f.KeepsFile(m) ? OrderedRole.Standby : OrderedRole.Untold, null),
        };
    }

    /// <summary>The old holder of a planned move, from the record until it is no longer MASTER: it serves until the other one does.</summary>
    private static bool Yields(Facts f, MemberView m) =>
        f.State.Move is { Kind: MoveKind.Yield } move && move.From == m.Node && move.Epoch == f.State.Assignment!.Epoch
        && (move.MasterAt is null || m.IsMaster(f.Now));

    /// <summary>
    /// The node that an ordered move takes down, and only while a ready successor or another MASTER is seen. A fence that an earlier
    /// leader ordered is carried on until the tail behind the new MASTER is over.
    /// </summary>
    private static bool MayFence(Facts f, MemberView m)
    {
        var open = f.State.Move is { Kind: MoveKind.Fence } move && move.From == m.Node && move.Epoch == f.State.Assignment!.Epoch;
        var inherited = !open && f.State.Move is null && m.Reading is { Ordered: OrderedRole.Fence, Fenced: true } r
            && r.Epoch == f.State.Assignment!.Epoch && !(f.HolderIsMaster && f.Now - f.Holder!.RoleAt >= GroupRules.FenceTail);
        return (open || inherited) && (f.OtherMaster(m.Node) || Successor(f) is not null);
    }

    /// <summary>The recorded holder while it is still the armed standby.</summary>
    private static MemberView? Successor(Facts f) =>
        f.Holder is { } h && f.NotUsable(h) is null
        && (h.Reading is { Steering: SteeringKind.DownFile } || h.Reading is { Steered: SteeredRole.Standby, EffectivePriority: GroupRules.StandbyPriority }) ? h : null;

    private static GroupOrder Make(Facts f, MemberView m, OrderedRole role, NodeId? standby) => new()
    {
        Group = f.State.Rules.Group,
        Epoch = f.State.Assignment!.Epoch,
        Role = role,
        Standby = standby,
        OtherMaster = f.OtherMaster(m.Node),
        Policy = f.State.Rules.Policy,
    };
}
