using System.Collections.Immutable;

namespace Demo.Scenarios;

/// <summary>A scripted fault: what is pressed when, and what must hold at the end.</summary>
/// <param name="Sentence">What it shows.</param>
internal sealed record Scenario(string Name, string Sentence, ImmutableArray<Step> Steps, ImmutableArray<Expectation> Expect);

internal abstract record Step
{
    private Step() { }

    public sealed record Press(params string[] Ids) : Step;

    /// <summary>Mends these, or everything when none is named.</summary>
    public sealed record Mend(params string[] Ids) : Step;

    /// <summary>Lets the time pass.</summary>
    public sealed record Wait(TimeSpan For) : Step;

    /// <summary>Until it is so; when it is not within the time, the scenario has failed.</summary>
    /// <param name="Missing">What is missing; null: nothing.</param>
    public sealed record Until(string What, TimeSpan Most, Func<Snapshot, string?> Missing) : Step;
}

/// <summary>What must be so of one group over the whole scenario.</summary>
/// <param name="Moves">How often its address may have come to another node: from, to.</param>
/// <param name="Longest">The longest single outage that a client may have seen.</param>
/// <param name="Holder">Who must hold it at the end; null: whoever.</param>
internal sealed record Expectation(string Group, (int Least, int Most) Moves, TimeSpan Longest, string? Holder = null)
{
    public override string ToString() =>
        $"{Group}: {(Moves.Least == Moves.Most ? $"{Moves.Least}" : $"{Moves.Least} to {Moves.Most}")} moves, no outage over {Longest.TotalMilliseconds:0} ms{(Holder is null ? "" : $", {Holder} holds at the end")}";
}
