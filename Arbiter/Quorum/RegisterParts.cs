using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Arbiter.Core;

namespace Arbiter.Quorum;

/// <summary>
/// Writes a part of the register's value with the text that it had the last time: a change touches one of dozens of events and groups, and all of
/// them go into the value that is sent. Parts are immutable, so nobody can tell whether a text was remembered.
/// </summary>
internal abstract class RegisterPart<T> : JsonConverter<T> where T : class
{
    /// <summary>More than a register holds in practice; two parts that share a place are written anew each time.</summary>
    private const int Places = 256;

    /// <summary>At most one text for each place, for each thread that writes: a few hundred bytes each.</summary>
    [ThreadStatic]
    private static (T? Of, byte[] Json)[]? s_newest;

    protected abstract JsonTypeInfo<T> Plain { get; }

    /// <summary>A number that the parts of one value don't share.</summary>
    protected abstract long NumberOf(T part);

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize(ref reader, Plain);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ref var place = ref (s_newest ??= new (T?, byte[])[Places])[NumberOf(value) & (Places - 1)];
        if (!ReferenceEquals(place.Of, value)) place = (value, JsonSerializer.SerializeToUtf8Bytes(value, Plain));
        writer.WriteRawValue(place.Json, skipInputValidation: true);
    }
}

internal sealed class EventPart : RegisterPart<RecordedEvent>
{
    protected override JsonTypeInfo<RecordedEvent> Plain => RegisterPartsJson.Default.RecordedEvent;

    protected override long NumberOf(RecordedEvent part) => part.Number;
}

internal sealed class GroupPart : RegisterPart<GroupEntry>
{
    protected override JsonTypeInfo<GroupEntry> Plain => RegisterPartsJson.Default.GroupEntry;

    protected override long NumberOf(GroupEntry part) => part.Epoch;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RecordedEvent))]
[JsonSerializable(typeof(GroupEntry))]
internal sealed partial class RegisterPartsJson : JsonSerializerContext;
