using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Fuzz.Targets;

/// <summary>The decoder, by the message the input was made of, and now and then by another one.</summary>
internal sealed class MessageTarget : Target
{
    private static readonly MessageCodec Codec = new(ClusterName.Parse("shop"));

    public override string Name => "messages";

    public static MessageTarget Create() => new()
    {
        Seeds = [.. new[] { "HealthEvent", "RoleObserved", "OrderResult", "Order", "Order.minimal", "LeaderAnnounced" }.Select(n => Seed.Load($"messages/{n}.json"))],
        Dictionary = [.. Words(JsonWords), .. (byte[][])[[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]],
    };

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        var which = rng.OneIn(8) ? rng.Below(6) : seed.Name switch { "HealthEvent" => 0, "RoleObserved" => 1, "OrderResult" => 2, "LeaderAnnounced" => 4, _ => 3 };
        return which switch
        {
            0 => Check<HealthEvent>(input),
            1 => Check<RoleObserved>(input),
            2 => Check<OrderResult>(input),
            3 => Check<Order>(input),
            4 => Check<LeaderAnnounced>(input),
            _ => Codec.DecodeState(new Envelope(Routes.StateExchange, "state.lb1", input.ToArray(), null, default)).Ok,
        };
    }

    private static bool Check<T>(ReadOnlySpan<byte> input) where T : class, IMessage
    {
        var decoded = Codec.Decode<T>(input);
        if (decoded.Ok == decoded.Refusal is not null) throw new FindingException("neither taken nor refused");
        if (!decoded.Ok)
            return decoded.Refusal!.Length is 0 or > 300 || decoded.Refusal.Any(char.IsControl) ? throw new FindingException("a refusal that no log should hold") : false;
        byte[] written;
        try
        {
            written = Codec.Encode(decoded.Message!);
        }
        // escapes may make it longer than it came
        catch (ArgumentException e) when (e.Message.Contains($"more than {WireLimits.MaxBytes}", StringComparison.Ordinal))
        {
            return true;
        }
        // the way out cuts what is too long: of what was taken nothing is, unless it grew too big as a whole
        var plain = JsonSerializer.SerializeToUtf8Bytes(decoded.Message!, (JsonTypeInfo<T>)WireJson.Default.GetTypeInfo(typeof(T))!);
        if (plain.Length <= WireLimits.MaxBytes && !plain.AsSpan().SequenceEqual(written)) throw new FindingException("taken, and changed when written");
        var again = Codec.Decode<T>(written);
        if (!again.Ok) throw new FindingException($"taken, and refused when written again: {again.Refusal}");
        if (!Codec.Encode(again.Message).AsSpan().SequenceEqual(written)) throw new FindingException("taken, and another message when written and read again");
        return true;
    }
}
