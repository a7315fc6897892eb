namespace Arbiter.Quorum;

/// <summary>"Not heard yet" is never "no".</summary>
internal enum Tally { Pending, Won, Lost }

internal static class Majority
{
    /// <summary>More than half: 2 of 3, 3 of 5, 1 of 1.</summary>
    public static int Of(int servers) => servers / 2 + 1;

    public static Tally Count(int servers, int yes, int unheard) =>
        yes >= Of(servers) ? Tally.Won : yes + unheard < Of(servers) ? Tally.Lost : Tally.Pending;
}
