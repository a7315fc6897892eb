using System.Security.Cryptography;
using System.Text;

namespace Arbiter.Notifications.Webhook;

/// <summary>
/// Standard Webhooks 1.0, symmetric: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, one for each secret.
/// The asymmetric <c>v1a</c> needs ed25519, which .NET 10 does not have, so it is not offered.
/// </summary>
internal static class WebhookSignature
{
    public static string Sign(IEnumerable<IEnumerable<byte>> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', secrets.Select(s => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(s.ToArray(), signed))}"));
    }
}
