using System.Text.Json;

namespace Contracts.Wire;

/// <summary>Looks into a body that is not known to be good; answers nothing rather than throw.</summary>
internal static class Peek
{
    /// <summary>The top level's <c>v</c>; null when there is none that can be read.</summary>
    public static long? Version(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return Find(ref reader, "v"u8) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var v) ? v : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static bool Has(ReadOnlySpan<byte> body, ReadOnlySpan<byte> property)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return Find(ref reader, property);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What to say of a body that could not be read; the detail is cut by the caller.</summary>
    public static string Reason(Exception e) => e is JsonException { Path: { Length: > 0 } path } && !e.Message.Contains(path, StringComparison.Ordinal)
        ? $"{path}: {e.Message}" : e.Message;

    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> property)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(property);
            if (!reader.Read()) return false;
            if (found) return true;
            reader.Skip();
        }
        return false;
    }
}
