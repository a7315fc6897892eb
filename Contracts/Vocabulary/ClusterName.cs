using System.Diagnostics.CodeAnalysis;

namespace Contracts.Vocabulary;

/// <summary>The name of a cluster; see <see cref="Names"/> for what is allowed. Ordered ordinally.</summary>
public readonly record struct ClusterName : IComparable<ClusterName>
{
    private readonly string? _value;

    private ClusterName(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse([NotNullWhen(true)] string? text, out ClusterName name)
    {
        var ok = text is not null && Names.IsValid(text);
        name = ok ? new ClusterName(text!) : default;
        return ok;
    }

    /// <exception cref="FormatException">The text is no valid name.</exception>
    public static ClusterName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no cluster name: {Names.Rule}");

    public int CompareTo(ClusterName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
