using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Contracts.Configuration;

/// <summary>Addresses as configuration takes them: literal, written in the one usual way, so that two spellings never mean one address.</summary>
public static class Addresses
{
    /// <summary>A unicast IPv4 or IPv6 address; no name, no zone, no octal or shortened IPv4.</summary>
    public static bool TryLiteral(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length > 45 || text.Contains('%') || !IPAddress.TryParse(text, out var parsed)) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetworkV6 && text.StartsWith('[')) return false;
        var multicast = parsed.AddressFamily == AddressFamily.InterNetwork ? parsed.GetAddressBytes()[0] >= 224 : parsed.IsIPv6Multicast;
        if (multicast || parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any)) return false;
        address = parsed;
        return true;
    }

    /// <summary>An address with its prefix length, <c>172.20.0.248/16</c>.</summary>
    public static bool TryCidr(string text, out IPAddress address)
    {
        address = IPAddress.None;
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryLiteral(text[..slash], out address) || IPAddress.IsLoopback(address)) return false;
        var most = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return TryNumber(text[(slash + 1)..], 1, most, out _);
    }

    /// <summary><c>host:port</c>, <c>address:port</c> or <c>[v6]:port</c>.</summary>
    public static bool TryHostPort(string text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryNumber(text[(colon + 1)..], 1, 65535, out port)) return false;
        host = text[..colon];
        if (host is ['[', .., ']']) return IPAddress.TryParse(host[1..^1], out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6;
        return host.Length <= 253 && !host.Contains(':') && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    /// <summary>Where something listens: <c>*:port</c>, <c>address:port</c> or <c>[v6]:port</c>.</summary>
    public static bool TryListen(string text, out string host, out int port)
    {
        if (text.StartsWith("*:", StringComparison.Ordinal))
        {
            host = "*";
            return TryNumber(text[2..], 1, 65535, out port);
        }
        if (!TryHostPort(text, out host, out port)) return false;
        return host.StartsWith('[') || host == "localhost" || IPAddress.TryParse(host, out var address) && address.ToString() == host;
    }

    /// <summary>127.0.0.0/8, ::1 and the name localhost.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    private static bool TryNumber(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most && (text.Length == 1 || text[0] != '0');
}
