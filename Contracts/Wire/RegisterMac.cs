using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>
/// HMAC-SHA256 over what the arbiters keep in the register, under keys of their own: HKDF-SHA256 of each cluster key with info
/// <c>arbiter-register|cluster|keyId</c>, 32 bytes. So a signature serves one cluster and no message, and the other way round. Thread safe.
/// </summary>
public sealed class RegisterMac(KeyRing clusterKeys, ClusterName cluster)
{
    private readonly Dictionary<string, byte[]> _keys =
        clusterKeys.Keys.ToDictionary(k => k.Id, k => KeyRing.Derive(k.Key, $"arbiter-register|{cluster}|{k.Id}"), StringComparer.Ordinal);

    /// <summary>Signs.</summary>
    public string NewestId { get; } = clusterKeys.NewestId;

    public bool Knows(string keyId) => _keys.ContainsKey(keyId);

    /// <returns>Base64 of the 32 bytes.</returns>
    /// <exception cref="KeyNotFoundException">No such key.</exception>
    public string Sign(string keyId, string ballot, string text) => Convert.ToBase64String(Of(keyId, ballot, text));

    /// <summary>False for an unknown key too. Takes the same time wherever the signature differs.</summary>
    public bool Verify(string keyId, string ballot, string text, ReadOnlySpan<char> signature)
    {
        Span<byte> said = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Knows(keyId) && Convert.TryFromBase64Chars(signature, said, out var length) && length == said.Length
            && CryptographicOperations.FixedTimeEquals(said, Of(keyId, ballot, text));
    }

    /// <summary>A ballot is digits of a fixed length, so the line between the two is never in doubt.</summary>
    private byte[] Of(string keyId, string ballot, string text)
    {
        var length = Encoding.UTF8.GetByteCount(ballot) + 1 + Encoding.UTF8.GetByteCount(text);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var at = Encoding.UTF8.GetBytes(ballot, bytes);
            bytes[at] = (byte)'\n';
            Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + 1));
            return HMACSHA256.HashData(_keys[keyId], bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
