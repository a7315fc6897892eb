namespace Contracts.Wire;

/// <summary>How much one message may hold. Counted in items, characters (UTF-16 units), bytes or milliseconds (docs/wire.md).</summary>
public static class WireLimits
{
    /// <summary>A body above this is refused before it is verified or parsed.</summary>
    public const int MaxBytes = 16 * 1024;
    public const int MaxProbes = 64;
    public const int MaxGroups = 64;
    public const int MaxTransitions = 64;
    public const int MaxVips = 64;
    /// <summary>Reasons and faults, for people.</summary>
    public const int MaxReason = 200;
    /// <summary>Process, boot id, nonce, leader: what programs compare.</summary>
    public const int MaxId = 64;
    public const int MaxKind = 16;
    public const int MaxVip = 64;
    public const int MaxService = 256;
    public const long MinValidMs = 1_000;
    public const long MaxValidMs = 60_000;
    /// <summary>Ten years: no honest age is above it, and no sum of two overflows.</summary>
    public const long MaxAgeMs = 315_360_000_000;

    /// <summary>Fit for a reason: control characters become spaces, and what is too long is cut, never inside a surrogate pair.</summary>
    public static string Clip(string text, int most = MaxReason)
    {
        if (text.Length <= most && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c))) return text;
        var clipped = new System.Text.StringBuilder(most);
        foreach (var rune in text.EnumerateRunes())
        {
            if (clipped.Length + rune.Utf16SequenceLength > most) break;
            clipped.Append(System.Text.Rune.IsControl(rune) ? " " : rune.ToString());
        }
        return clipped.ToString();
    }
}
