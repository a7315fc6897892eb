using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Contracts.Wire;

/// <summary>Who speaks to whom; part of the key's derivation, so that nothing can be sent back to where it came from.</summary>
public enum Direction
{
    /// <summary>What an agent says: health, roles, results.</summary>
    Agent,
    /// <summary>What the leader orders.</summary>
    Order,
}

/// <summary>
/// The bytes that are signed, in this order: version (1 byte, 1); then exchange, routing key, key id and body, each as its length
/// (4 bytes, big endian) and its bytes (texts in UTF-8). The signature is their HMAC-SHA256, 32 bytes.
/// </summary>
internal static class Signing
{
    public const byte Version = 1;
    public const int SignatureBytes = HMACSHA256.HashSizeInBytes;

    public static byte[] DirectionKey(byte[] nodeKey, Direction direction) =>
        KeyRing.Derive(nodeKey, direction == Direction.Agent ? "agent" : "order");

    public static byte[] Sign(byte[] key, string exchange, string routingKey, string keyId, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[1 + 4 * sizeof(uint) + Encoding.UTF8.GetByteCount(exchange) + Encoding.UTF8.GetByteCount(routingKey)
            + Encoding.UTF8.GetByteCount(keyId) + body.Length];
        bytes[0] = Version;
        var rest = Text(Text(Text(bytes.AsSpan(1), exchange), routingKey), keyId);
        BinaryPrimitives.WriteInt32BigEndian(rest, body.Length);
        body.CopyTo(rest[4..]);
        return HMACSHA256.HashData(key, bytes);
    }

    private static Span<byte> Text(Span<byte> at, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, at[4..]);
        BinaryPrimitives.WriteInt32BigEndian(at, length);
        return at[(4 + length)..];
    }
}
