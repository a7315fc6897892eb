using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>What the core wants done. Carried out in the order given; results come back as inputs.</summary>
internal abstract record Effect
{
    private Effect() { }

    /// <summary>Ask the register; answered by <see cref="Input.ProposalSettled"/>.</summary>
    public sealed record Propose(Proposal Proposal) : Effect;

    /// <summary>The level wanted for a node in this group from now on, until another one or <see cref="Withdraw"/>.</summary>
    public sealed record Order(NodeId Node, GroupOrder Wanted) : Effect;

    /// <summary>Say nothing to that node about this group any more; it keeps what it has (docs/decisions.md, "silence").</summary>
    public sealed record Withdraw(NodeId Node) : Effect;

    /// <summary>Repeat the node's orders now and ask for an event after each of its probe rounds in the next second.</summary>
    public sealed record RequestReport(NodeId Node) : Effect;

    /// <summary>What became of a planned move that was asked for: recorded and begun, or refused; said once for each request.</summary>
    public sealed record AnswerMove(MoveRequest Request, bool Begun, string Text) : Effect;

    /// <summary>A line for the log.</summary>
    public sealed record Say(Weight Weight, string Code, string Text) : Effect;
}

internal enum Weight { Information, Warning, Error }
