using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>Every world of a classic pair (bases 100 and 80, a down file each): no word may move the VIP that was not meant to.</summary>
public sealed class DownFileWorldTests
{
    private static readonly NodeId s_lb1 = Worlds.Node(0), s_lb2 = Worlds.Node(1);

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, true, true)]
    public void A_file_is_never_ordered_away_where_its_absence_takes_the_VIP(bool lb1Holds, bool standbyKnown, bool moveOpen)
    {
        var (holder, other) = lb1Holds ? (s_lb1, s_lb2) : (s_lb2, s_lb1);
        var state = Worlds.State(2, holder, standbyKnown ? other : null, moveOpen ? new OpenMove(other, holder, 5, Worlds.Now - TimeSpan.FromSeconds(1), null) : null);
        var orders = 0;
        foreach (var a in Worlds.ByDownFile(100))
        {
            foreach (var b in Worlds.ByDownFile(80))
            {
                var step = Worlds.Tell(state, a, b);
                foreach (var (node, order) in step.State.Ordered)
                {
                    orders++;
                    var found = node == s_lb1 ? a : b;
                    var what = $"{node} {order}\nlb1 {a}\nlb2 {b}";
                    Assert.True(found.Fresh, what);
                    if (order.Role == OrderedRole.Holder) Assert.True(node == holder, what);
                    // lb1 without its file takes the VIP from a healthy lb2; lb1's armed file is the absent one of the past at most
                    if (order.Role == OrderedRole.Standby && node == s_lb1 && b.Role == VrrpRole.Master) Assert.True(a.Steered == SteeredRole.Standby && !b.Fresh, what);
                    if (order.Role == OrderedRole.Fence) Assert.True(node != holder && (order.OtherMaster || order.Standby is not null), what);
                    if (order is { Role: OrderedRole.Holder, Standby: { } standby }) Assert.True(Ready(standby == s_lb1 ? a : b, standby == s_lb1), what);
                }
                Assert.True(step.State.Ordered.Values.Count(o => o.Role == OrderedRole.Holder) <= 1);
            }
        }
        Assert.True(orders > 1_000, $"only {orders} orders were looked at");
    }

    /// <summary>The higher base is ready with its file there, the lower one without, once its script has risen.</summary>
    private static bool Ready(Found f, bool higher) =>
        f is { Fresh: true, Role: VrrpRole.Backup, Health: Health.Good } && (higher || f is { Steered: SteeredRole.Standby, Pending: false });

    [Fact]
    public void A_mixed_pair_has_no_standby_whoever_holds()
    {
        foreach (var a in Worlds.All())
        {
            foreach (var b in Worlds.ByDownFile(80))
            {
                foreach (var holder in new[] { s_lb1, s_lb2 })
                {
                    var step = Worlds.Tell(Worlds.State(2, holder), a, b);
                    if (!a.Fresh || !b.Fresh) continue;
                    Assert.Null(step.State.Standby);
                    foreach (var (node, order) in step.State.Ordered)
                    {
                        // a FAULT fence works whatever the successor is steered by; standby is only said where it stands already and nothing may change
                        if (order.Role == OrderedRole.Standby) Assert.Equal(SteeredRole.Standby, (node == s_lb1 ? a : b).Steered);
                        else Assert.True(order.Role == OrderedRole.Fence || order.Standby is null);
                    }
                    Assert.Contains("MixedSteering", step.State.Findings.Keys);
                }
            }
        }
    }
}
