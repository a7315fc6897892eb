using System.Diagnostics.CodeAnalysis;

namespace Contracts.Vocabulary;

/// <summary>The name of a group; see <see cref="Names"/> for what is allowed. Ordered ordinally.</summary>
public readonly record struct GroupName : IComparable<GroupName>
{
    private readonly string? _value;

    private GroupName(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse([NotNullWhen(true)] string? text, out GroupName name)
    {
        var ok = text is not null && Names.IsValid(text);
        name = ok ? new GroupName(text!) : default;
        return ok;
    }

    /// <exception cref="FormatException">The text is no valid name.</exception>
    public static GroupName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no group name: {Names.Rule}");

    public int CompareTo(GroupName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
