using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>Which row of the table fired and why, with every member that could have held and why it does or does not.</summary>
/// <param name="Would">What would have been done, and why it was not; null when nothing was held back.</param>
internal sealed record Decision(string Row, string Sentence, string? Would, ImmutableArray<Candidate> Candidates)
{
    public static Decision None { get; } = new("start", "nothing was heard yet", null, []);
}

internal sealed record Candidate(NodeId Node, string Verdict);

/// <summary>The answer to one input.</summary>
internal readonly record struct Step(GroupState State, Decision Decision, ImmutableArray<Effect> Effects);
