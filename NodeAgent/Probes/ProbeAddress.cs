using System.Net;

namespace NodeAgent.Probes;

/// <summary>Probes take literal addresses (and localhost, as 127.0.0.1): a slow resolver must not fail a healthy service.</summary>
internal static class ProbeAddress
{
    /// <exception cref="FormatException">Neither an address nor localhost.</exception>
    public static IPAddress Parse(string host)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        return IPAddress.TryParse(host, out var address)
            ? address
            : throw new FormatException($"'{host}' is no address: probes take literal addresses or localhost, names are not resolved");
    }
}
