using System.Collections.Immutable;

namespace Arbiter.Tests.Quorum.Linearizability;

internal enum Finding
{
    Linearizable,
    NotLinearizable,
    /// <summary>The bound was met first: nothing is known.</summary>
    TooHard,
}

/// <param name="Window">The fewest operations that cannot have happened in any order, by their call; empty unless not linearizable.</param>
/// <param name="Steps">States tried.</param>
internal sealed record Judgement<TWhat>(Finding Finding, ImmutableArray<Operation<TWhat>> Window, long Steps)
{
    public override string ToString() => Finding == Finding.NotLinearizable
        ? $"not linearizable; these {Window.Length} operations fit in no order:\n  {string.Join("\n  ", Window)}"
        : $"{Finding} ({Steps} steps)";
}

/// <summary>
/// Whether a history is linearizable: each operation took effect at one moment between its call and its return, in an order that the object's
/// model allows (Wing and Gong 1993; the list of calls and returns and the memory of met states are Lowe's, 2017, as in porcupine). An operation
/// without a return may be placed anywhere after its call, or nowhere. Exponential at worst, hence the bound; pure.
/// </summary>
internal static class Linearizer
{
    /// <summary>States tried, at most; a history of the register needs few more than it has operations.</summary>
    public const long DefaultBound = 2_000_000;

    public static Judgement<TWhat> Judge<TState, TWhat>(IObjectModel<TState, TWhat> model, IEnumerable<Operation<TWhat>> history, long bound = DefaultBound)
        where TState : IEquatable<TState>
    {
        // a stable order, so that the same history is always judged in the same way
        ImmutableArray<Operation<TWhat>> operations = [.. history.OrderBy(o => o.Call).ThenBy(o => o.Return ?? long.MaxValue)];
        if (operations.FirstOrDefault(o => o.Return < o.Call) is { } odd) throw new ArgumentException($"returned before it was called: {odd}", nameof(history));
        var search = new Search<TState, TWhat>(model, bound);
        var found = search.Run(model.Initial, operations);
        var window = found == Finding.NotLinearizable ? new Offence<TState, TWhat>(model, bound).Smallest(operations) : [];
        return new Judgement<TWhat>(found, window, search.Steps);
    }
}
