namespace Contracts.Configuration;

/// <summary>"did you mean": the nearest known word by edit distance, when it is near enough to be a slip.</summary>
public static class Suggestion
{
    private const int MaxLength = 64;

    /// <returns><c>; did you mean 'x'?</c>, or an empty text when nothing is near.</returns>
    public static string For(string word, IEnumerable<string> known) =>
        Nearest(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null;
        var least = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known.Where(k => k.Length <= MaxLength).Order(StringComparer.Ordinal))
        {
            var distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < least && distance < word.Length) (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of two neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        return rows[a.Length, b.Length];
    }
}
