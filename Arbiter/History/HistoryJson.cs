using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Arbiter.Core;

namespace Arbiter.History;

/// <summary>Entries as they are stored; nothing absent takes room.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordedEvent))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(MoveOutcome))]
internal sealed partial class HistoryJson : JsonSerializerContext
{
    /// <summary>Null: somebody else's entry, or a damaged one; it is left out and harms nothing.</summary>
    public static RecordedEvent? Event(StreamEntry entry)
    {
        var read = Read(entry.Body, Default.RecordedEvent);
        return read is { Id: not null, Type: not null, Severity: not null, Reason: not null } && HistoryPlace.Of(read) == entry.Place ? read : null;
    }

    public static T? Read<T>(string? json, JsonTypeInfo<T> shape) where T : class
    {
        if (json is null) return null;
        try
        {
            return JsonSerializer.Deserialize(json, shape);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
