using System.Collections.Immutable;

namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>
/// What marks that are never used twice tell of proposals with an unknown outcome, before any order is tried: one whose mark was read has the epoch
/// that was read with it; one whose mark was never read can only explain an epoch that somebody built on and nobody else made. Without this each
/// lost answer doubles the orders.
/// </summary>
internal static class GroupHistory
{
    public static ImmutableArray<Operation<GroupAsk>> Prepare(IReadOnlyCollection<Operation<GroupAsk>> history)
    {
        var read = new Dictionary<string, long>();
        // the same number may be another assignment in another generation
        var made = new HashSet<(long Generation, long Epoch)>();
        foreach (var operation in history)
        {
            if (operation.What is GroupAsk.Read seen)
            {
                read[seen.Token] = seen.Epoch;
                made.Add((seen.Generation, seen.Epoch));
            }
            if (operation.What is GroupAsk.Cas put) made.Add((put.Generation, put.Epoch));
        }
        // of a proposal without an answer the generation is not known: any will do
        var numbers = made.Select(m => m.Epoch).ToHashSet();
        var unexplained = history.Any(o => o.What switch
        {
            GroupAsk.Cas { Expected: > 0 } cas => !made.Contains((cas.Generation, cas.Expected)),
            GroupAsk.MaybeCas { Expected: > 0 } maybe => read.ContainsKey(maybe.Token) && !numbers.Contains(maybe.Expected),
            _ => false,
        });
        return
        [
            .. from operation in history
               let maybe = operation.What as GroupAsk.MaybeCas
               let epoch = maybe is not null && read.TryGetValue(maybe.Token, out var known) ? known : (long?)null
               where maybe is null || epoch is not null || unexplained
               select epoch is null ? operation : operation with { What = maybe! with { Epoch = epoch } },
        ];
    }
}
