using Contracts.Bus;

namespace Contracts.Wire;

/// <summary>Signs with the newest key of a node (docs/wire.md). One per node and direction; thread safe.</summary>
/// <param name="nodeKeys">The node's own keys, not the cluster's (<see cref="KeyRing.DeriveNode"/>).</param>
public sealed class MessageSigner(KeyRing nodeKeys, Direction direction)
{
    private readonly string _keyId = nodeKeys.NewestId;
    private readonly byte[] _key = Signing.DirectionKey(nodeKeys.Keys[0].Key, direction);

    public Envelope Sign(string exchange, string routingKey, ReadOnlyMemory<byte> body) =>
        new(exchange, routingKey, body, _keyId, Signing.Sign(_key, exchange, routingKey, _keyId, body.Span));

    /// <summary>For what is not signed: <see cref="Messages.LeaderAnnounced"/>.</summary>
    public static Envelope Unsigned(string exchange, string routingKey, ReadOnlyMemory<byte> body) =>
        new(exchange, routingKey, body, null, ReadOnlyMemory<byte>.Empty);
}

/// <summary>Verifies with every key of a node, before anything is parsed. One per node and direction; thread safe.</summary>
/// <param name="nodeKeys">The node's own keys, not the cluster's.</param>
public sealed class MessageVerifier(KeyRing nodeKeys, Direction direction)
{
    private readonly Dictionary<string, byte[]> _keys =
        nodeKeys.Keys.ToDictionary(k => k.Id, k => Signing.DirectionKey(k.Key, direction), StringComparer.Ordinal);

    /// <summary>Why the envelope is not to be believed; null when it is. Never throws; takes the same time wherever a signature differs.</summary>
    public string? Refusal(Envelope envelope)
    {
        if (envelope.Body.Length > WireLimits.MaxBytes) return $"{envelope.Body.Length} bytes, more than {WireLimits.MaxBytes}";
        if (envelope.KeyId is not { } keyId || envelope.Signature.IsEmpty) return "not signed";
        if (!_keys.TryGetValue(keyId, out var key)) return $"unknown key id '{WireLimits.Clip(keyId, 63)}'";
        var expected = Signing.Sign(key, envelope.Exchange, envelope.RoutingKey, keyId, envelope.Body.Span);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(expected, envelope.Signature.Span) ? null : "bad signature";
    }
}
