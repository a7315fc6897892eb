using System.Buffers;
using System.Text.Json;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Notifications.Webhook;

/// <summary>What a receiver gets: <c>type</c>, <c>timestamp</c>, <c>data</c> (docs/notifications.md). Names stay, new ones may come. The same event gives the same bytes.</summary>
internal static class WebhookBody
{
    /// <summary>Far above what an event can hold; Standard Webhooks asks for less.</summary>
    public const int Most = 20 * 1024;

    public static byte[] Write(ClusterName cluster, RecordedEvent what, bool recorded)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", what.Type);
            json.WriteString("timestamp", what.Utc.UtcDateTime);
            json.WriteStartObject("data");
            json.WriteString("id", what.Id);
            json.WriteString("cluster", cluster.Value);
            Text(json, "group", what.Group);
            Text(json, "node", what.Node);
            json.WriteString("severity", what.Severity);
            json.WriteNumber("generation", what.Generation);
            json.WriteNumber("number", what.Number);
            json.WriteNumber("epoch", what.Epoch);
            Text(json, "from", what.From);
            Text(json, "to", what.To);
            json.WriteString("reason", what.Reason);
            json.WriteString("utc", what.Utc.UtcDateTime);
            json.WriteBoolean("recorded", recorded);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenCount <= Most ? buffer.WrittenSpan.ToArray() : throw new InvalidOperationException($"the event {what.Id} is larger than {Most} bytes");
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null) json.WriteNull(name);
        else json.WriteString(name, value);
    }
}
