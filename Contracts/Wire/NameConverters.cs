using System.Text.Json;
using System.Text.Json.Serialization;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>Names as strings. A text that is no name refuses the whole message: names are never escaped or mended.</summary>
internal abstract class NameConverter<T>(string what) : JsonConverter<T> where T : struct
{
    protected abstract bool TryParse(string? text, out T name);
    protected abstract string Text(T name);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var name)
            ? name
            : throw new JsonException($"is no {what} name: {Names.Rule}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var text = Text(value);
        if (text.Length == 0) throw new JsonException($"a {what} name was never set");
        writer.WriteStringValue(text);
    }
}

internal sealed class NodeIdConverter() : NameConverter<NodeId>("node")
{
    protected override bool TryParse(string? text, out NodeId name) => NodeId.TryParse(text, out name);
    protected override string Text(NodeId name) => name.Value;
}

internal sealed class GroupNameConverter() : NameConverter<GroupName>("group")
{
    protected override bool TryParse(string? text, out GroupName name) => GroupName.TryParse(text, out name);
    protected override string Text(GroupName name) => name.Value;
}

internal sealed class ClusterNameConverter() : NameConverter<ClusterName>("cluster")
{
    protected override bool TryParse(string? text, out ClusterName name) => ClusterName.TryParse(text, out name);
    protected override string Text(ClusterName name) => name.Value;
}
