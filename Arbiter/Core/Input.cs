using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>Everything that can happen to a VIP group. Time since the process started comes with it; nothing else is a clock.</summary>
internal abstract record Input(TimeSpan At)
{
    /// <summary>A verified health event of a member.</summary>
    public sealed record NodeReported(TimeSpan At, HealthEvent Event) : Input(At);

    /// <summary>A verified role transition of a member; says nothing that the next health event does not say too.</summary>
    public sealed record RoleReported(TimeSpan At, RoleObserved Role) : Input(At);

    /// <summary>What an agent did with an order.</summary>
    public sealed record OrderAnswered(TimeSpan At, OrderResult Result) : Input(At);

    /// <summary>What the register holds for this group, as a majority answered; null = nothing recorded.</summary>
    public sealed record RegisterObserved(TimeSpan At, long Generation, long Term, Assignment? Assignment) : Input(At);

    public sealed record LeadershipGained(TimeSpan At, long Generation, long Term, Assignment? Assignment) : Input(At);

    public sealed record LeadershipLost(TimeSpan At, string Reason) : Input(At);

    public sealed record ProposalSettled(TimeSpan At, Proposal Proposal, ProposalOutcome Outcome, Assignment? Current, string Reason) : Input(At);

    /// <summary>The broker says that a connection of this agent process closed: a hint, never a verdict, and anybody may have borne that name.</summary>
    public sealed record PresenceLost(TimeSpan At, NodeId Node, string Process) : Input(At);

    public sealed record BusChanged(TimeSpan At, bool Connected, string Reason) : Input(At);

    /// <summary>Somebody asks for a planned move, now.</summary>
    public sealed record MoveAsked(TimeSpan At, MoveRequest Request) : Input(At);

    /// <summary>This replica stood still (stopped, suspended, starved) for <paramref name="Gap"/>, until now.</summary>
    public sealed record WasAway(TimeSpan At, TimeSpan Gap) : Input(At);

    /// <summary>Nothing happened but time.</summary>
    public sealed record Tick(TimeSpan At) : Input(At);
}
