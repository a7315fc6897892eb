using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Orders;

/// <summary>
/// Says to the nodes what the groups want of them: one order per node for all its groups, at once on a change and each second.
/// Thread safe; nothing here waits.
/// </summary>
internal interface IOrders
{
    /// <summary>The level wanted from now on; null = say nothing about that group. A word of an older leadership than the newest known is ignored.</summary>
    public void Want(SpeakerToken speaker, NodeId node, GroupName group, GroupOrder? wanted);

    /// <summary>Repeat the node's order now, with the request to report after each probe round of the next second.</summary>
    public void RequestReport(NodeId node);

    /// <summary>The newest nonce of a node, from a verified event.</summary>
    public void Heard(NodeId node, string process, string nonce);

    /// <summary>What became of a message; a returned order means that nobody listens there.</summary>
    public void Settled(LinkEvent.Sent sent);

    /// <summary>The link stands anew: say everything again.</summary>
    public void Repeat();
}
