using System.Text;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Fuzz.Targets;

/// <summary>The verifier: whatever is changed in a signed envelope, only the very same one is believed.</summary>
internal sealed class VerifierTarget : Target
{
    private static readonly KeyRing Keys = KeyRing.Parse("k1:" + Convert.ToBase64String(new byte[32])).DeriveNode(NodeId.Parse("lb1"));
    private static readonly MessageSigner Signer = new(Keys, Direction.Agent);
    private static readonly MessageVerifier Verifier = new(Keys, Direction.Agent);
    private readonly Dictionary<string, Envelope> _signed = [];

    public override string Name => "verifier";

    public static VerifierTarget Create() => new()
    {
        Seeds = [Seed.Load("messages/RoleObserved.json"), Seed.Load("messages/LeaderAnnounced.json")],
        Dictionary = Words(JsonWords),
    };

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        if (!_signed.TryGetValue(seed.Name, out var good)) _signed[seed.Name] = good = Signer.Sign(Routes.StateExchange, "state.lb1", seed.Bytes);
        var garbage = Encoding.UTF8.GetString(input[..Math.Min(input.Length, 256)]);
        var signature = good.Signature.ToArray();
        signature[rng.Below(signature.Length)] ^= (byte)(1 << rng.Below(8));
        var envelope = rng.Below(7) switch
        {
            0 => good with { Exchange = garbage },
            1 => good with { RoutingKey = garbage },
            2 => good with { KeyId = garbage },
            3 => good with { KeyId = null },
            4 => good with { Signature = input.ToArray() },
            5 => good with { Signature = signature },
            _ => good with { Body = input.ToArray() },
        };
        var believed = Verifier.Refusal(envelope) is null;
        var same = envelope.Exchange == good.Exchange && envelope.RoutingKey == good.RoutingKey && envelope.KeyId == good.KeyId
            && envelope.Signature.Span.SequenceEqual(good.Signature.Span) && envelope.Body.Span.SequenceEqual(good.Body.Span);
        return believed == same ? believed : throw new FindingException(believed ? "a changed envelope was believed" : "a signed envelope was refused");
    }
}
