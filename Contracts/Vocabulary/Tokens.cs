namespace Contracts.Vocabulary;

/// <summary>
/// The fencing token of an assignment: (generation, epoch), compared in this order. The register hands each epoch out once per generation;
/// a generation starts when the register was seeded anew. An agent obeys nothing below the highest it has applied.
/// </summary>
public readonly record struct FencingToken(long Generation, long Epoch) : IComparable<FencingToken>
{
    public int CompareTo(FencingToken other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation) : Epoch.CompareTo(other.Epoch);

    public static bool operator <(FencingToken a, FencingToken b) => a.CompareTo(b) < 0;
    public static bool operator >(FencingToken a, FencingToken b) => a.CompareTo(b) > 0;
    public static bool operator <=(FencingToken a, FencingToken b) => a.CompareTo(b) <= 0;
    public static bool operator >=(FencingToken a, FencingToken b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Generation}/{Epoch}";
}

/// <summary>The speaker's token: (generation, term). A term has exactly one leader.</summary>
public readonly record struct SpeakerToken(long Generation, long Term) : IComparable<SpeakerToken>
{
    public int CompareTo(SpeakerToken other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation) : Term.CompareTo(other.Term);

    public static bool operator <(SpeakerToken a, SpeakerToken b) => a.CompareTo(b) < 0;
    public static bool operator >(SpeakerToken a, SpeakerToken b) => a.CompareTo(b) > 0;
    public static bool operator <=(SpeakerToken a, SpeakerToken b) => a.CompareTo(b) <= 0;
    public static bool operator >=(SpeakerToken a, SpeakerToken b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Generation}/{Term}";
}
