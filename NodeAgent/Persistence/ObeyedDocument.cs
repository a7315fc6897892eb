using System.Text.Json.Serialization;
using NodeAgent.Core;

namespace NodeAgent.Persistence;

/// <summary>obeyed.json as it stands on disk.</summary>
internal sealed record ObeyedDocument
{
    public const int CurrentVersion = 1;
    public required int V { get; init; }
    public required SortedDictionary<string, ObeyedRecord> Groups { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true,
    WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ObeyedDocument))]
internal sealed partial class ObeyedJson : JsonSerializerContext;
