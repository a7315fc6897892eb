using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Contracts.Wire;

/// <summary>
/// An enum as its name in camelCase, exactly: no numbers, no other case, no lists. An unknown name refuses the whole message, because
/// a role that is not understood must not be guessed.
/// </summary>
internal sealed class StrictEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    private static readonly T[] Values = Enum.GetValues<T>();
    private static readonly JsonEncodedText[] Texts = [.. Values.Select(v => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(v.ToString())))];

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            for (var i = 0; i < Values.Length; i++)
                if (reader.ValueTextEquals(Texts[i].EncodedUtf8Bytes)) return Values[i];
        throw new JsonException($"must be one of {Allowed()}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var i = Array.IndexOf(Values, value);
        if (i < 0) throw new JsonException($"{value} is no {typeof(T).Name}");
        writer.WriteStringValue(Texts[i]);
    }

    private static string Allowed() => string.Join(", ", Texts.Select(t => Encoding.UTF8.GetString(t.EncodedUtf8Bytes)));
}
