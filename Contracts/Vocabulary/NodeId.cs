using System.Diagnostics.CodeAnalysis;

namespace Contracts.Vocabulary;

/// <summary>The name of a node; see <see cref="Names"/> for what is allowed. Ordered ordinally.</summary>
public readonly record struct NodeId : IComparable<NodeId>
{
    private readonly string? _value;

    private NodeId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse([NotNullWhen(true)] string? text, out NodeId name)
    {
        var ok = text is not null && Names.IsValid(text);
        name = ok ? new NodeId(text!) : default;
        return ok;
    }

    /// <exception cref="FormatException">The text is no valid name.</exception>
    public static NodeId Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no node name: {Names.Rule}");

    public int CompareTo(NodeId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
