using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>Every world of two nodes: what the core orders there can be obeyed by an agent that is as it reported.</summary>
public sealed class AcceptableOrderTests
{
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "fence")]
    [InlineData(false, "yield")]
    [InlineData(false, "yielded")]
    public void Each_order_is_acceptable_to_the_agent_it_goes_to(bool standbyKnown, string move)
    {
        var (lb1, lb2) = (Worlds.Node(0), Worlds.Node(1));
        // with an open move lb1 has just been recorded and lb2 is being taken down
        var state = Worlds.State(2, lb1, standbyKnown ? lb2 : null,
            move.Length == 0 ? null : new OpenMove(lb2, lb1, 5, Worlds.Now - TimeSpan.FromSeconds(1), null)
            {
                Kind = move == "fence" ? MoveKind.Fence : MoveKind.Yield,
                Yielded = move == "yielded",
            });
        var orders = 0;
        foreach (var a in Worlds.All())
        {
            foreach (var b in Worlds.All())
            {
                var step = Worlds.Tell(state, a, b);
                foreach (var (node, order) in step.State.Ordered)
                {
                    orders++;
                    var found = node == lb1 ? a : b;
                    var served = new[] { a, b }.Any(f => f is { Fresh: true, Role: VrrpRole.Master, Fenced: false });
                    if (Refusal(order, found, served, node == lb1, move) is { } why) Assert.Fail($"{node} {order.Role}: {why}\nlb1 {a}\nlb2 {b}\n{step.Decision}");
                }
                Assert.True(step.State.Ordered.Values.Count(o => o.Role == OrderedRole.Holder) <= 1);
                Assert.True(step.State.Ordered.Values.Count(o => o.Role == OrderedRole.Standby) <= 1);
                if (step.State.Ordered.Values.FirstOrDefault(o => o is { Role: OrderedRole.Holder, Standby: not null }) is { } standing)
                    Assert.True(standing.Standby == lb2 && b is { Fresh: true, Role: VrrpRole.Backup, Steered: SteeredRole.Standby, Health: Health.Good, Fenced: false });
            }
        }
        Assert.True(orders > 10_000, $"only {orders} orders were looked at");
    }

    /// <summary>The agent's rules, said once more on this side.</summary>
    private static string? Refusal(GroupOrder order, Found f, bool served, bool isHolder, string move)
    {
        if (!f.Fresh) return "a silent node is ordered";
        // while nobody serves, a changed file costs the successor its whole wait again
        if (!served && f is { Role: VrrpRole.Backup, Steered: SteeredRole.Standby } && order.Role == OrderedRole.Untold) return "a file changes during a move";
        if (!served && f.Role == VrrpRole.Backup && f.Steered != SteeredRole.Standby && order.Role == OrderedRole.Standby) return "a file changes during a move";
        return order.Role switch
        {
            // a refresh; it waits in the agent until its keepalived is MASTER
            OrderedRole.Holder => isHolder ? null : "not the recorded holder",
            OrderedRole.Standby when f.Role != VrrpRole.Backup => "not BACKUP",
            OrderedRole.Standby when f.Steered == SteeredRole.Standby => null,
            OrderedRole.Standby => f is { Health: Health.Good, Fenced: false } ? null : "cannot be armed as it is",
            OrderedRole.Untold => f is { Role: VrrpRole.Master, Steered: SteeredRole.Holder or SteeredRole.Standby or SteeredRole.Yield } ? "lowers a serving node" : null,
            // without a standby's name it does nothing, and below the standby it stays until another one serves
            OrderedRole.Yield => isHolder ? "the recorded holder" : move is "yield" or "yielded" ? null : "nobody asked for a move",
            OrderedRole.Fence => move is "yield" or "yielded" ? "a planned move fences nobody" : order.Standby is null && !order.OtherMaster ? "nobody would take over" : isHolder ? "the recorded holder" : null,
            _ => "never ordered in this version",
        };
    }
}
