using System.Collections.Immutable;

namespace Arbiter.Tests.Groups;

internal static class Sorted
{
    public static ImmutableSortedDictionary<TKey, TValue> ToSorted<TKey, TValue>(this Dictionary<TKey, TValue> values) where TKey : notnull =>
        values.ToImmutableSortedDictionary();
}
