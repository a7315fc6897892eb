using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace NodeAgent.Keepalived;

/// <summary>
/// keepalived's JSON dump, in both of its forms: version 1 is a list of instances, version 2 an object that holds it as "vrrp". What is not
/// whole is null and read again by the caller: keepalived writes the file in place. The dump holds the VRRP password: only what is named
/// here ever leaves.
/// </summary>
internal static class DumpJson
{
    public const int MostBytes = 1024 * 1024;
    private const int MostInstances = 256;
    private const int MostText = 128;
    private const int MostVips = 64;

    public static readonly string[] Counters =
    [
        "advert_rcvd", "advert_sent", "become_master", "release_master", "packet_len_err", "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd",
        "addr_list_err", "invalid_authtype", "authtype_mismatch", "auth_failure", "pri_zero_rcvd", "pri_zero_sent",
        "auth_ext_missing", "auth_ext_malformed", "auth_ext_unknown_key", "auth_ext_invalid_hmac", "auth_ext_stale", "auth_ext_replay",
    ];

    public static IReadOnlyList<VrrpDump>? Parse(ReadOnlyMemory<byte> json)
    {
        // text that is no UTF-8 is found by the document only when somebody asks for it
        if (json.Length is 0 or > MostBytes || !Utf8.IsValid(json.Span)) return null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            var list = document.RootElement;
            if (list.ValueKind == JsonValueKind.Object && !list.TryGetProperty("vrrp", out list)) return null;
            return list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Take(MostInstances).Select(Instance).OfType<VrrpDump>()] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Back to version 1, on one line, with nothing in it that was not read.</summary>
    public static byte[] Write(IReadOnlyList<VrrpDump> instances)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var instance in instances)
            {
                json.WriteStartObject();
                json.WriteStartObject("data");
                json.WriteString("iname", instance.Name);
                json.WriteString("ifp_ifname", instance.Interface);
                json.WriteNumber("vrid", instance.Vrid);
                json.WriteNumber("state", instance.State);
                if (instance.GarpDelay is { } delay) json.WriteNumber("garp_delay", delay);
                json.WriteStartArray("evips");
                foreach (var vip in instance.ExcludedVips) json.WriteStringValue(vip);
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteStartObject("stats");
                foreach (var (name, value) in instance.Stats) json.WriteNumber(name, value);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static VrrpDump? Instance(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object) return null;
        if (Text(data, "iname") is not { } name || Number(data, "vrid") is not (>= 0 and <= 255 and var vrid) || Number(data, "state") is not (>= 0 and <= 99 and var state)) return null;
        var stats = new Dictionary<string, long>(StringComparer.Ordinal);
        if (item.TryGetProperty("stats", out var counted) && counted.ValueKind == JsonValueKind.Object)
            foreach (var counter in Counters)
                if (Number(counted, counter) is >= 0 and var value) stats[counter] = value;
        return new VrrpDump(name, Text(data, "ifp_ifname") ?? "", (int)vrid, (int)state, Number(data, "garp_delay"), Vips(data), stats);
    }

    private static List<string> Vips(JsonElement data)
    {
        if (!data.TryGetProperty("evips", out var list) || list.ValueKind != JsonValueKind.Array) return [];
        // "10.0.0.1/24 dev eth0 scope global set"
        return [.. list.EnumerateArray().Take(MostVips).Where(v => v.ValueKind == JsonValueKind.String).Select(v => Cut(v.GetString()!.Split(' ')[0])).Distinct()];
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Cut(value.GetString()!) : null;

    private static long? Number(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string Cut(string text) => text.Length <= MostText ? text : text[..MostText];
}
