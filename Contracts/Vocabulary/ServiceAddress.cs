namespace Contracts.Vocabulary;

/// <summary>
/// The address of the service behind a group's VIP. It is asked once a second by nodes that obey whoever gave it, so it may name nothing but
/// one of the group's own VIPs: an arbiter's file must not send its nodes anywhere else.
/// </summary>
public static class ServiceAddress
{
    public const int MaxLength = 256;

    /// <param name="vips">With or without prefix length.</param>
    /// <returns>null and what is wrong with it, in words that follow the key's name.</returns>
    public static (Uri? Address, string Problem) Read(string text, IReadOnlyList<string> vips)
    {
        if (text.Length > MaxLength) return (null, $"is longer than {MaxLength} characters");
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~')) return (null, "holds a space or a character that is not ASCII");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Scheme is not ("http" or "https"))
            return (null, "is no http:// address: write one such as http://172.20.0.248/");
        if (uri.Scheme == "https") return (null, "https is not available in this version: give a plain http:// address");
        if (uri.UserInfo.Length > 0) return (null, "holds a user: give an address that answers without");
        if (uri.Fragment.Length > 0) return (null, "has a '#' part, which is never sent: remove it");
        return vips.Any(vip => Host(vip) == uri.Host)
            ? (uri, "")
            : (null, $"names {uri.Host}, which is none of the group's VIPs: give one of {string.Join(", ", vips.Select(Bare))}");
    }

    private static string Bare(string vip) => vip.IndexOf('/') is >= 0 and var slash ? vip[..slash] : vip;

    /// <summary>As <see cref="Uri.Host"/> spells it.</summary>
    private static string Host(string vip)
    {
        var bare = Bare(vip);
        return Uri.TryCreate(bare.Contains(':') ? $"http://[{bare}]/" : $"http://{bare}/", UriKind.Absolute, out var uri) ? uri.Host : bare;
    }
}
