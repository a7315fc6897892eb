using System.Diagnostics.CodeAnalysis;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>
/// One for all replicas of a run, because they read the same texts. Most texts are renewals and end in the groups and the outbox of the one before, so
/// what was read of those is taken as it is. Some are read whole all the same, and must be what they were written from.
/// </summary>
internal sealed class SharingReader() : ValueReader(16)
{
    private const string Tail = ",\"groups\":";
    private const int Whole = 64;

    private readonly (string Text, int At, RegisterValue? Value)[] _tails = new (string, int, RegisterValue?)[4];
    private int _next;
    private int _read;

    private protected override bool Parse(string text, [NotNullWhen(true)] out RegisterValue? value, out string reason)
    {
        var at = text.IndexOf(Tail, StringComparison.Ordinal);
        if (at > 0 && _read++ % Whole > 0 && TailOf(text, at) is { } before
            && RegisterValue.TryParse(string.Concat(text.AsSpan(0, at), Tail, "{},\"outbox\":null}"), out var head, out reason))
        {
            value = before with { Cluster = head.Cluster, Gen = head.Gen, Cfg = head.Cfg, Leader = head.Leader, Term = head.Term, Seq = head.Seq, LeaseMs = head.LeaseMs, Rev = head.Rev };
            return true;
        }
        if (!base.Parse(text, out value, out reason)) return false;
        if (value.ToJson() != text) throw new InvalidOperationException($"read and written again the value is another: {text}");
        _tails[_next] = (text, at, value);
        _next = (_next + 1) % _tails.Length;
        return true;
    }

    private RegisterValue? TailOf(string text, int at)
    {
        foreach (var (other, from, value) in _tails)
            if (value is not null && text.AsSpan(at).SequenceEqual(other.AsSpan(from))) return value;
        return null;
    }
}
