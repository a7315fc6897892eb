using System.Net;

namespace NodeAgent.Probes;

/// <summary>Literal addresses, with or without the brackets of IPv6, and localhost as 127.0.0.1.</summary>
internal static class ProbeAddress
{
    /// <exception cref="FormatException">Neither an address nor localhost.</exception>
    public static IPAddress Parse(string host) => TryParse(host, out var address)
        ? address!
        : throw new FormatException($"'{host}' is no address: this probe takes literal addresses or localhost, names are not resolved");

    public static bool TryParse(string host, out IPAddress? address)
    {
        if (!string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.TryParse(host, out address);
        address = IPAddress.Loopback;
        return true;
    }
}
