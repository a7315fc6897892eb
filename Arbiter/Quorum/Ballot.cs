using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Arbiter.Quorum;

/// <summary>
/// The number of a proposal: 48 decimal digits, <c>generation(14) n(14) proposer(20)</c>. Fixed width and digits only, so that
/// comparing the text ordinally is exact in Lua, whatever the server's collation and beyond 2^53; comparing the three numbers is the same.
/// <see cref="None"/> (the empty text) is below every ballot.
/// </summary>
internal readonly record struct Ballot : IComparable<Ballot>
{
    public const int Length = 48;
    /// <summary>The largest generation and the largest n: 14 digits, which hold unix milliseconds until the year 5138.</summary>
    public const long MaxPart = 99_999_999_999_999;
    /// <summary>Unix milliseconds of the year 2200: whoever shows a later generation without a signature must not use the numbers up.</summary>
    public const long MaxGeneration = 7_258_118_400_000;

    /// <summary>Read once: ballots are compared with every answer. The text is made when somebody wants it.</summary>
    private sealed class Parts(long generation, long number, ulong proposer, string? text)
    {
        public readonly long Generation = generation;
        public readonly long Number = number;
        public readonly ulong Proposer = proposer;
        private string? _text = text;

        public string Text => _text ??= $"{Generation:D14}{Number:D14}{Proposer:D20}";
    }

    private readonly Parts? _parts;

    private Ballot(Parts parts) => _parts = parts;

    public static Ballot None => default;

    public string Text => _parts?.Text ?? "";
    public bool IsNone => _parts is null;
    public long Generation => _parts?.Generation ?? 0;
    public long Number => _parts?.Number ?? 0;
    public ulong Proposer => _parts?.Proposer ?? 0;

    /// <exception cref="ArgumentOutOfRangeException">A part is negative or has more than 14 digits.</exception>
    public static Ballot Of(long generation, long number, ulong proposer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(generation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, MaxPart);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxPart);
        return new Ballot(new Parts(generation, number, proposer, null));
    }

    /// <summary>Takes 48 digits whose proposer fits 64 bits, or the empty text as <see cref="None"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ballot ballot)
    {
        ballot = default;
        if (text is null) return false;
        if (text.Length == 0) return true;
        if (text.Length != Length || text.AsSpan().ContainsAnyExceptInRange('0', '9')) return false;
        if (!ulong.TryParse(text.AsSpan(28, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var proposer)) return false;
        ballot = new Ballot(new Parts(long.Parse(text.AsSpan(0, 14), CultureInfo.InvariantCulture), long.Parse(text.AsSpan(14, 14), CultureInfo.InvariantCulture), proposer, text));
        return true;
    }

    public int CompareTo(Ballot other)
    {
        var (a, b) = (_parts, other._parts);
        if (ReferenceEquals(a, b)) return 0;
        if (a is null) return -1;
        if (b is null) return 1;
        var by = a.Generation.CompareTo(b.Generation);
        if (by == 0) by = a.Number.CompareTo(b.Number);
        return by == 0 ? a.Proposer.CompareTo(b.Proposer) : by;
    }

    public bool Equals(Ballot other) => CompareTo(other) == 0;

    public override int GetHashCode() => _parts is { } parts ? HashCode.Combine(parts.Generation, parts.Number, parts.Proposer) : 0;

    public static bool operator <(Ballot a, Ballot b) => a.CompareTo(b) < 0;
    public static bool operator >(Ballot a, Ballot b) => a.CompareTo(b) > 0;
    public static bool operator <=(Ballot a, Ballot b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Ballot a, Ballot b) => a.CompareTo(b) >= 0;

    /// <summary>For people: <c>generation.n.proposer</c> without the leading zeros.</summary>
    public override string ToString() => IsNone ? "none" : $"{Generation}.{Number}.{Proposer}";
}
