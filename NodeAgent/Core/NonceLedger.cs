using System.Collections.Immutable;

namespace NodeAgent.Core;

/// <summary>
/// When each recent heartbeat was sent. A nonce is <c>process-seq</c>: an order that echoes it proves, without synchronised clocks, that it
/// was made after that moment. Forgets after 60 s, the longest validity an order may claim, and keeps at most 2048.
/// </summary>
public sealed record NonceLedger(ImmutableQueue<(long Seq, TimeSpan At)> Sent, int Count)
{
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(60);
    private const int Most = 2048;

    public static NonceLedger Empty { get; } = new(ImmutableQueue<(long, TimeSpan)>.Empty, 0);

    public static string Format(string process, long seq) => $"{process}-{seq}";

    public NonceLedger Add(long seq, TimeSpan at)
    {
        var queue = Sent.Enqueue((seq, at));
        var count = Count + 1;
        while (count > Most || at - queue.Peek().At > s_memory)
        {
            queue = queue.Dequeue();
            count--;
        }
        return new NonceLedger(queue, count);
    }

    /// <returns>When the nonce was sent; null when it is not one of ours, or forgotten.</returns>
    public TimeSpan? SentAt(string process, string nonce)
    {
        if (!nonce.StartsWith(process, StringComparison.Ordinal) || nonce.Length <= process.Length + 1 || nonce[process.Length] != '-') return null;
        if (!long.TryParse(nonce.AsSpan(process.Length + 1), System.Globalization.NumberStyles.None, null, out var seq)) return null;
        foreach (var (sent, at) in Sent)
            if (sent == seq) return at;
        return null;
    }
}
