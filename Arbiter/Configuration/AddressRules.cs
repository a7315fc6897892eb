using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Arbiter.Configuration;

/// <summary>
/// Which addresses a receiver may have. A webhook's name is resolved by whoever owns the name, so it must not be able to lead this
/// program to the machine it runs on, to the cloud's metadata, or into networks nobody named.
/// </summary>
internal static class AddressRules
{
    /// <summary>An address of a kind is reached only when <c>allow</c> lists it; a kind that is never a receiver is refused always.</summary>
    private static readonly (string Network, string Kind, bool Always)[] s_kinds =
    [
        ("0.0.0.0/8", "unspecified", true), ("::/128", "unspecified", true),
        ("127.0.0.0/8", "loopback", false), ("::1/128", "loopback", false),
        ("169.254.0.0/16", "link-local", false), ("fe80::/10", "link-local", false),
        ("10.0.0.0/8", "private", false), ("172.16.0.0/12", "private", false), ("192.168.0.0/16", "private", false),
        ("100.64.0.0/10", "shared", false), ("fc00::/7", "private", false), ("fec0::/10", "site-local", false),
        ("192.0.0.0/24", "reserved", false), ("192.0.2.0/24", "documentation", false), ("198.51.100.0/24", "documentation", false),
        ("203.0.113.0/24", "documentation", false), ("198.18.0.0/15", "benchmark", false), ("2001:db8::/32", "documentation", false),
        ("224.0.0.0/4", "multicast", true), ("ff00::/8", "multicast", true), ("240.0.0.0/4", "reserved", true), ("100::/64", "discard", true),
    ];

    private static readonly ImmutableArray<(IPNetwork Network, string Kind, bool Always)> s_table =
        [.. s_kinds.Select(k => (IPNetwork.Parse(k.Network), k.Kind, k.Always))];

    /// <summary>Why nothing is sent there; null = it may be.</summary>
    public static string? Refusal(IPAddress address, IReadOnlyList<IPNetwork> allow)
    {
        if (Inner(address) is not { } plain) return $"{address} is an address inside an address";
        foreach (var (network, kind, always) in s_table)
        {
            if (!network.Contains(plain)) continue;
            if (always) return $"{Shown(address, plain)} is {Article(kind)} address";
            return Listed(plain, allow) ? null : $"{Shown(address, plain)} is {Article(kind)} address; list its network under 'allow' if that is meant";
        }
        return null;
    }

    public static bool Listed(IPAddress address, IReadOnlyList<IPNetwork> allow) => Inner(address) is { } plain && allow.Any(n => n.Contains(plain));

    /// <summary>The IPv4 address that is meant by an IPv6 spelling of it; null for spellings that only hide one.</summary>
    private static IPAddress? Inner(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        // 64:ff9b::a.b.c.d is how a network without IPv4 names every IPv4 address
        if (bytes[..4].SequenceEqual<byte>([0, 0x64, 0xff, 0x9b]))
            return bytes[4..12].IndexOfAnyExcept((byte)0) < 0 ? new IPAddress(bytes[12..]) : null;
        // ::a.b.c.d, 2002:a.b.c.d::/16 and 2001:0::/32 are of no use today but to hide one
        if (bytes[..12].IndexOfAnyExcept((byte)0) < 0 && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.IPv6Loopback)) return null;
        if (bytes[..2].SequenceEqual<byte>([0x20, 0x02]) || bytes[..4].SequenceEqual<byte>([0x20, 0x01, 0, 0])) return null;
        return address.ScopeId == 0 ? address : new IPAddress(bytes);
    }

    private static string Shown(IPAddress address, IPAddress plain) => address.Equals(plain) ? $"{plain}" : $"{address} ({plain})";

    private static string Article(string kind) => kind[0] is 'u' ? $"an {kind}" : $"a {kind}";
}
