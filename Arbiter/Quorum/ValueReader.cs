using System.Diagnostics.CodeAnalysis;

namespace Arbiter.Quorum;

/// <summary>
/// Reads values, and remembers the newest texts it was given: every server returns the same text, and each answer of a round would be read anew.
/// What a text means never changes and a value is immutable, so nobody can tell whether it was remembered. Not safe for concurrent use.
/// </summary>
/// <param name="remembered">How many texts, each at most the 64 KiB of a value in practice.</param>
internal class ValueReader(int remembered = 4)
{
    private readonly (string? Text, RegisterValue? Value, string Reason)[] _newest = new (string?, RegisterValue?, string)[remembered];
    private int _next;

    /// <inheritdoc cref="RegisterValue.TryParse"/>
    public bool TryRead(string text, [NotNullWhen(true)] out RegisterValue? value, out string reason)
    {
        foreach (ref readonly var one in _newest.AsSpan())
        {
            if (!string.Equals(one.Text, text, StringComparison.Ordinal)) continue;
            (value, reason) = (one.Value, one.Reason);
            return value is not null;
        }
        Parse(text, out value, out reason);
        _newest[_next] = (text, value, reason);
        _next = (_next + 1) % _newest.Length;
        return value is not null;
    }

    /// <summary>Another way to the same result, for a simulator that reads millions.</summary>
    private protected virtual bool Parse(string text, [NotNullWhen(true)] out RegisterValue? value, out string reason) => RegisterValue.TryParse(text, out value, out reason);
}
