using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Arbiter.Tests.LongestFirst))]

namespace Arbiter.Tests;

/// <summary>What waits for a minute begins at once: left to chance, it now and then begins last, and all the others have to wait for it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long =
    [
        nameof(Quorum.BlackBox.BlackBoxTests), nameof(Schedules.NeverTwiceTests), nameof(Events.BrokerTroubleTests), nameof(Quorum.DisasterTests),
        nameof(Events.ToldOnTheBusTests), nameof(Quorum.QuorumForcerTests), nameof(Quorum.ModelAgainstRedisTests),
    ];

    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections) where T : ITestCollection =>
        [.. testCollections.OrderBy(c => Place(c.TestCollectionDisplayName)).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Place(string name)
    {
        var place = Array.FindIndex(s_long, l => name.Contains(l, StringComparison.Ordinal));
        return place < 0 ? s_long.Length : place;
    }
}
