using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Arbiter.Api;

/// <summary>Where Kestrel listens and how much of it one client may have. Reads only, so every limit is small.</summary>
internal static class HttpListener
{
    public const int MaxConnections = 100;

    public static void Limit(KestrelServerOptions kestrel, string listen)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 16 * 1024;
        limits.MaxRequestHeaderCount = 50;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        limits.Http2.MaxStreamsPerConnection = 20;
        var (address, port) = Parse(listen);
        if (address is null) kestrel.ListenAnyIP(port);
        else kestrel.Listen(address, port);
    }

    /// <param name="listen"><c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c> or <c>*:8080</c>.</param>
    /// <returns>No address = every address.</returns>
    /// <exception cref="FormatException">Anything else.</exception>
    public static (IPAddress? Address, int Port) Parse(string listen)
    {
        var colon = listen.LastIndexOf(':');
        if (colon > 0 && int.TryParse(listen.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535)
        {
            var host = listen[..colon];
            if (host == "*") return (null, port);
            if (host == "localhost") return (IPAddress.Loopback, port);
            // IPAddress alone would also take "1" for 0.0.0.1
            if (host.Count(c => c == '.') == 3 || (host[0] == '[' && host[^1] == ']'))
                if (IPAddress.TryParse(host.Trim('[', ']'), out var address)) return (address, port);
        }
        throw new FormatException($"http.listen: '{listen}' is no address with a port; write 127.0.0.1:8080, [::1]:8080 or *:8080");
    }
}
