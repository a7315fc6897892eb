using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Contracts.Wire;

namespace Contracts.Tests.Wire;

/// <summary>
/// Bodies that every receiver must refuse, made of a recorded message so that no field is forgotten: each field gone, null, standing twice,
/// of every other type and beyond every range, and the body as a whole broken in every way that the wire allows.
/// </summary>
internal static class Garbage
{
    /// <summary>Fields that may be missing, and those that may be null.</summary>
    private static readonly string[] MayBeMissing = ["tiltMs", "ordered", "fault", "report", "standby", "otherMaster", "steering", "service"];
    private static readonly string[] MayBeNull = ["ordered", "fault", "standby", "service"];
    private static readonly string[] NameFields = ["cluster", "node", "group", "name"];
    private static readonly string[] BadNames = ["", "a.b", "a b", "A", "-a", "é", "\ud83d\ude00", "a\u0000", new('a', 64), new('a', 65), "#", "*", "../a"];

    public static IEnumerable<(string What, byte[] Body)> Of(string sample) => Whole(sample).Concat(Fields(sample));

    private static IEnumerable<(string, byte[])> Whole(string sample)
    {
        var good = Encoding.UTF8.GetBytes(sample);
        yield return ("nothing", []);
        foreach (var one in (byte[])[(byte)'{', (byte)'0', (byte)'"', 0, 0xff]) yield return ($"the one byte {one}", [one]);
        for (var i = 1; i < 20; i++) yield return ($"cut after {i}/20", good[..(good.Length * i / 20)]);
        yield return ("a byte order mark", [.. Encoding.UTF8.Preamble, .. good]);
        yield return ("16 KB and one byte", [.. good, .. Enumerable.Repeat((byte)' ', WireLimits.MaxBytes + 1 - good.Length)]);
        yield return ("1 MB", new byte[1 << 20]);
        yield return ("something behind it", [.. good, (byte)'x']);
        yield return ("itself twice", [.. good, .. good]);
        yield return ("in a list", [(byte)'[', .. good, (byte)']']);
        yield return ("UTF-16", Encoding.Unicode.GetBytes(sample));
        yield return ("no UTF-8", Encoding.Latin1.GetBytes(sample.Replace("\"cluster\":\"", "\"cluster\":\"\u00ff", StringComparison.Ordinal)));
        yield return ("deep", Encoding.UTF8.GetBytes(sample[..^1] + ",\"x\":" + new string('[', 500) + new string(']', 500) + "}"));
        yield return ("a comment", Encoding.UTF8.GetBytes("/* */" + sample));
        foreach (var other in (string[])["0", "2", "-1", "9223372036854775807", "1.0e300", "\"1\""])
            yield return ($"version {other}", Encoding.UTF8.GetBytes(sample.Replace("\"v\":1,", $"\"v\":{other},", StringComparison.Ordinal)));
        foreach (var word in (string[])["null", "true", "[]", "{}", "\"\"", "0"]) yield return ($"only {word}", Encoding.UTF8.GetBytes(word));
    }

    private static IEnumerable<(string, byte[])> Fields(string sample)
    {
        foreach (var path in Paths(JsonNode.Parse(sample)!, ""))
        {
            var field = path.Split('.')[^1];
            var at = At(JsonNode.Parse(sample)!, path);
            var value = at.Parent[field];
            if (!MayBeMissing.Contains(field)) yield return ($"{path} missing", With(sample, path, (o, key) => o.Remove(key)));
            if (!MayBeNull.Contains(field)) yield return ($"{path} null", With(sample, path, (o, key) => o[key] = null));
            // the writer of nodes cannot write a field twice: it is put there by its text
            yield return ($"{path} twice", Twice(sample, path, field));
            foreach (var other in Others(value?.GetValueKind() ?? JsonValueKind.Null))
                yield return ($"{path} as {other}", With(sample, path, (o, key) => o[key] = JsonNode.Parse(other)));
            if (value?.GetValueKind() == JsonValueKind.Number)
                foreach (var number in (string[])["-2", "9223372036854775808", "1e400", "-1e400", "99999999999999999999999999999999999999"])
                    yield return ($"{path} as {number}", Text(sample, path, number));
            if (NameFields.Contains(field))
                foreach (var name in BadNames) yield return ($"{path} as the name '{name}'", With(sample, path, (o, key) => o[key] = name));
        }
    }

    private static IEnumerable<string> Others(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => ["1", "true", "[]", "{}"],
        JsonValueKind.Number => ["\"1\"", "true", "[]", "{}"],
        JsonValueKind.True or JsonValueKind.False => ["\"true\"", "1", "[]", "{}"],
        JsonValueKind.Array => ["\"a\"", "1", "true", "{}", "[null]", "[[]]", "[1]"],
        JsonValueKind.Object => ["\"a\"", "1", "true", "[]"],
        _ => ["1", "true", "[]"],
    };

    private static byte[] With(string sample, string path, Action<JsonObject, string> edit)
    {
        var root = JsonNode.Parse(sample)!;
        var (parent, key) = At(root, path);
        edit(parent, key);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static byte[] Text(string sample, string path, string value)
    {
        const string mark = "\"--here--\"";
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(With(sample, path, (o, key) => o[key] = "--here--")).Replace(mark, value, StringComparison.Ordinal));
    }

    private static byte[] Twice(string sample, string path, string field)
    {
        var root = JsonNode.Parse(sample)!;
        var (parent, key) = At(root, path);
        var value = parent[key]?.ToJsonString() ?? "null";
        parent["--again--"] = "--here--";
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace("\"--again--\":\"--here--\"", $"\"{field}\":{value}", StringComparison.Ordinal));
    }

    private static (JsonObject Parent, string Key) At(JsonNode root, string path)
    {
        var parts = path.Split('.');
        foreach (var part in parts[..^1]) root = int.TryParse(part, out var i) ? root[i]! : root[part]!;
        return (root.AsObject(), parts[^1]);
    }

    private static IEnumerable<string> Paths(JsonNode node, string prefix) => node switch
    {
        JsonObject o => o.SelectMany(p => (string[])[prefix + p.Key, .. p.Value is null ? [] : Paths(p.Value, $"{prefix}{p.Key}.")]),
        JsonArray a => a.SelectMany((item, i) => item is null ? [] : Paths(item, $"{prefix}{i}.")),
        _ => [],
    };
}
