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
            json.WritePropertyName("data");
            // as it is told everywhere else, byte for byte
            json.WriteRawValue(EventJson.Data(cluster, what, recorded), skipInputValidation: true);
            json.WriteEndObject();
        }
        return buffer.WrittenCount <= Most ? buffer.WrittenSpan.ToArray() : throw new InvalidOperationException($"the event {what.Id} is larger than {Most} bytes");
    }
}
