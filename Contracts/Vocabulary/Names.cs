namespace Contracts.Vocabulary;

/// <summary>
/// The one rule for the names of nodes, groups, clusters and probes: <c>[a-z0-9][a-z0-9-]{0,62}</c>, a DNS label in lower case (RFC 1123).
/// They become routing keys, file names and metric labels, so anything else is refused and never escaped.
/// </summary>
public static class Names
{
    public const int MaxLength = 63;
    public const string Rule = "a name is 1 to 63 characters of a-z, 0-9 and '-', and starts with a letter or digit";

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength || name[0] == '-') return false;
        foreach (var c in name)
            if (c is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '-')) return false;
        return true;
    }
}
