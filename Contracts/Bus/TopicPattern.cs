namespace Contracts.Bus;

/// <summary>AMQP topic matching: words between dots, '*' is exactly one word, '#' is any number of them, also none.</summary>
internal static class TopicPattern
{
    public static bool Matches(string pattern, string routingKey) => Matches(pattern.Split('.'), routingKey.Split('.'));

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> words)
    {
        // how far the words were matched at the newest '#': it takes one more word whenever the rest does not fit
        var (p, w, afterHash, wordsAtHash) = (0, 0, -1, 0);
        while (w < words.Length)
        {
            if (p < pattern.Length && pattern[p] == "#") (afterHash, wordsAtHash) = (++p, w);
            else if (p < pattern.Length && (pattern[p] == "*" || pattern[p] == words[w])) (p, w) = (p + 1, w + 1);
            else if (afterHash >= 0) (p, w) = (afterHash, ++wordsAtHash);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == "#") p++;
        return p == pattern.Length;
    }
}
