using System.Collections.Immutable;

namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>
/// What is wrong with a history that is not linearizable, in few operations: first it is cut behind the first return that cannot be, then before
/// the last point from which it still cannot be, whatever the state was there; then every operation goes that the contradiction does not need.
/// </summary>
internal sealed class Offence<TState, TWhat>(IObjectModel<TState, TWhat> model, long bound) where TState : IEquatable<TState>
{
    /// <summary>With more, single operations are not tried: the window is shown as it is.</summary>
    private const int MostTried = 200;

    /// <param name="operations">Not linearizable; by call.</param>
    public ImmutableArray<Operation<TWhat>> Smallest(ImmutableArray<Operation<TWhat>> operations)
    {
        var prefix = ShortestPrefix(operations);
        var (state, whole, optional) = ShortestSuffix(prefix);
        var needed = whole.Where(o => o.Return is not null && !optional.Contains(o)).ToList();
        if (needed.Count <= MostTried)
        {
            foreach (var one in needed.ToArray())
            {
                optional.Add(one);
                if (Fails(state, whole, optional)) needed.Remove(one);
                else optional.Remove(one);
            }
        }
        return [.. needed];
    }

    private ImmutableArray<Operation<TWhat>> ShortestPrefix(ImmutableArray<Operation<TWhat>> operations)
    {
        long[] ends = [.. operations.Where(o => o.Return is not null).Select(o => o.Return!.Value).Distinct().Order()];
        var (good, bad) = (-1, ends.Length - 1);
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (Fails(model.Initial, Until(operations, ends[middle]), null)) bad = middle;
            else good = middle;
        }
        return Until(operations, ends[bad]);
    }

    /// <summary>As seen at this time: what has not returned may still happen.</summary>
    private static ImmutableArray<Operation<TWhat>> Until(ImmutableArray<Operation<TWhat>> operations, long time) =>
        [.. operations.Where(o => o.Call <= time).Select(o => o.Return > time ? o with { Return = null } : o)];

    private (TState State, ImmutableArray<Operation<TWhat>> Operations, HashSet<Operation<TWhat>> Optional) ShortestSuffix(ImmutableArray<Operation<TWhat>> prefix)
    {
        long[] ends = [.. prefix.Where(o => o.Return is not null).Select(o => o.Return!.Value).Distinct().Order()];
        (TState, ImmutableArray<Operation<TWhat>>, HashSet<Operation<TWhat>>) best = (model.Initial, prefix, new(ReferenceEqualityComparer.Instance));
        var (bad, good) = (0, ends.Length);
        while (good - bad > 1)
        {
            var middle = (good + bad) / 2;
            var (operations, optional) = From(prefix, ends[middle]);
            if (Fails(model.Anything, operations, optional)) (bad, best) = (middle, (model.Anything, operations, optional));
            else good = middle;
        }
        return best;
    }

    /// <summary>What returned from this time on must have happened; what overlaps it may have happened in between.</summary>
    private static (ImmutableArray<Operation<TWhat>>, HashSet<Operation<TWhat>>) From(ImmutableArray<Operation<TWhat>> prefix, long time)
    {
        var first = prefix.Where(o => o.Return >= time).Min(o => o.Call);
        ImmutableArray<Operation<TWhat>> operations = [.. prefix.Where(o => o.Return is not { } at || at >= first)];
        return (operations, new(operations.Where(o => o.Return < time), ReferenceEqualityComparer.Instance));
    }

    private bool Fails(TState state, ImmutableArray<Operation<TWhat>> operations, HashSet<Operation<TWhat>>? optional) =>
        new Search<TState, TWhat>(model, bound).Run(state, operations, optional) == Finding.NotLinearizable;
}
