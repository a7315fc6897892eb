using System.Security.Cryptography;
using System.Text;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>
/// Signing keys by id, newest first: the first signs, all verify, so a key is rotated by putting a new line on top and removing the old
/// one later. The text has one <c>keyId:base64</c> per line; '#' starts a comment line. A key has at least 32 bytes and is never printed.
/// </summary>
public sealed class KeyRing
{
    private const int MaxKeys = 16;
    private const int MinBytes = 32;
    private const int MaxBytes = 256;

    private readonly (string Id, byte[] Key)[] _keys;

    private KeyRing((string, byte[])[] keys) => _keys = keys;

    public IEnumerable<string> KeyIds => _keys.Select(k => k.Id);

    /// <summary>The id of the key that signs.</summary>
    public string NewestId => _keys[0].Id;

    internal IReadOnlyList<(string Id, byte[] Key)> Keys => _keys;

    /// <summary>Reads the text of a key file. Every error is named with its line; none of them holds any part of a key.</summary>
    public static bool TryParse(string text, out KeyRing ring, out IReadOnlyList<string> errors)
    {
        var keys = new List<(string Id, byte[] Key)>();
        var found = new List<string>();
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#') continue;
            if (keys.Count == MaxKeys)
            {
                found.Add($"line {number}: more than {MaxKeys} keys; remove the oldest");
                break;
            }
            var error = ParseLine(line, out var id, out var key);
            if (error is null && keys.Any(k => k.Id == id)) error = $"key id '{id}' is there twice";
            if (error is null) keys.Add((id, key));
            else found.Add($"line {number}: {error}");
        }
        if (keys.Count == 0 && found.Count == 0) found.Add("no key: write one line keyId:base64 of at least 32 random bytes");
        errors = found;
        ring = new KeyRing(found.Count == 0 ? [.. keys] : []);
        return found.Count == 0;
    }

    /// <exception cref="FormatException">The text is no key file; the message names every error.</exception>
    public static KeyRing Parse(string text) =>
        TryParse(text, out var ring, out var errors) ? ring : throw new FormatException($"key file: {string.Join("; ", errors)}");

    /// <summary>The keys of one node, same ids: HKDF-SHA256 of each key with info <c>arbiter-node|node|keyId</c>, 32 bytes.</summary>
    public KeyRing DeriveNode(NodeId node) => new([.. _keys.Select(k => (k.Id, Derive(k.Key, $"arbiter-node|{node}|{k.Id}")))]);

    /// <summary>The text of a key file with these keys: secret, for a file only its owner reads.</summary>
    public string ToSecretText() => string.Concat(_keys.Select(k => $"{k.Id}:{Convert.ToBase64String(k.Key)}\n"));

    public override string ToString() => $"keys {string.Join(", ", KeyIds)}";

    internal static byte[] Derive(byte[] key, string info) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, salt: [], info: Encoding.ASCII.GetBytes(info));

    private static string? ParseLine(ReadOnlySpan<char> line, out string id, out byte[] key)
    {
        (id, key) = ("", []);
        var colon = line.IndexOf(':');
        // an id that is no name is not repeated: it may be a key that was put in the wrong place
        if (colon < 0 || !Names.IsValid(line[..colon])) return $"must be keyId:base64, and {Names.Rule}";
        id = line[..colon].ToString();
        var buffer = new byte[MaxBytes + 1];
        if (!Convert.TryFromBase64Chars(line[(colon + 1)..].Trim(), buffer, out var length)) return $"key '{id}' is no base64 of {MinBytes} to {MaxBytes} bytes";
        if (length is < MinBytes or > MaxBytes) return $"key '{id}' has {length} bytes, not {MinBytes} to {MaxBytes}";
        key = buffer[..length];
        return null;
    }
}
