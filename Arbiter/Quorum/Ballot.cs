using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Arbiter.Quorum;

/// <summary>
/// The number of a proposal: 48 decimal digits, <c>generation(14) n(14) proposer(20)</c>. Fixed width and digits only, so that
/// comparing the text ordinally is exact in C# and in Lua, whatever the server's collation and beyond 2^53.
/// <see cref="None"/> (the empty text) is below every ballot.
/// </summary>
internal readonly record struct Ballot : IComparable<Ballot>
{
    public const int Length = 48;
    /// <summary>The largest generation and the largest n: 14 digits, which hold unix milliseconds until the year 5138.</summary>
    public const long MaxPart = 99_999_999_999_999;

    private readonly string? _text;

    private Ballot(string text) => _text = text;

    public static Ballot None => default;

    public string Text => _text ?? "";
    public bool IsNone => _text is null;
    public long Generation => IsNone ? 0 : long.Parse(Text.AsSpan(0, 14), CultureInfo.InvariantCulture);
    public long Number => IsNone ? 0 : long.Parse(Text.AsSpan(14, 14), CultureInfo.InvariantCulture);
    public ulong Proposer => IsNone ? 0 : ulong.Parse(Text.AsSpan(28, 20), CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentOutOfRangeException">A part is negative or has more than 14 digits.</exception>
    public static Ballot Of(long generation, long number, ulong proposer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(generation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, MaxPart);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxPart);
        return new Ballot($"{generation:D14}{number:D14}{proposer:D20}");
    }

    /// <summary>Takes 48 digits whose proposer fits 64 bits, or the empty text as <see cref="None"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ballot ballot)
    {
        ballot = default;
        if (text is null) return false;
        if (text.Length == 0) return true;
        if (text.Length != Length || text.AsSpan().ContainsAnyExceptInRange('0', '9')) return false;
        if (!ulong.TryParse(text.AsSpan(28, 20), NumberStyles.None, CultureInfo.InvariantCulture, out _)) return false;
        ballot = new Ballot(text);
        return true;
    }

    public int CompareTo(Ballot other) => string.CompareOrdinal(Text, other.Text);

    public static bool operator <(Ballot a, Ballot b) => a.CompareTo(b) < 0;
    public static bool operator >(Ballot a, Ballot b) => a.CompareTo(b) > 0;
    public static bool operator <=(Ballot a, Ballot b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Ballot a, Ballot b) => a.CompareTo(b) >= 0;

    /// <summary>For people: <c>generation.n.proposer</c> without the leading zeros.</summary>
    public override string ToString() => IsNone ? "none" : $"{Generation}.{Number}.{Proposer}";
}
