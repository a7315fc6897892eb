using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// An event as other programs read it: the body on <c>vip.events</c> and the <c>data</c> of a webhook, byte for byte the same
/// (docs/events.md). Every field is always there; what does not apply is null.
/// </summary>
internal static class EventJson
{
    // read by programs, never put into a page: names and reasons stay readable
    private static readonly EventJsonContext s_json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <param name="recorded">False: no majority of the register holds it, it was told all the same.</param>
    /// <returns>UTF-8, compact.</returns>
    public static byte[] Data(ClusterName cluster, RecordedEvent what, bool recorded) => JsonSerializer.SerializeToUtf8Bytes(
        new EventData(
            what.Id, what.Type, what.Severity, cluster.Value, what.Group, what.Node, what.Number, what.Generation, what.Epoch,
            what.From, what.To, what.Reason, what.Utc.ToUniversalTime(), recorded),
        s_json.EventData);

    /// <summary>Reads what <see cref="Data"/> wrote. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out EventData? data)
    {
        data = null;
        try
        {
            data = JsonSerializer.Deserialize(json, s_json.EventData);
        }
        catch (JsonException)
        {
            // no event: the answer says so
        }
        return data is not null;
    }
}

/// <summary>The fields in the order in which they are written; <see cref="RecordedEvent"/> says what they mean.</summary>
internal sealed record EventData(
    string Id, string Type, string Severity, string Cluster, string? Group, string? Node, long Number, long Generation, long Epoch,
    string? From, string? To, string Reason, DateTimeOffset Utc, bool Recorded);

[JsonSerializable(typeof(EventData))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
