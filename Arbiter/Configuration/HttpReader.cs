using Contracts.Configuration;

namespace Arbiter.Configuration;

/// <summary><c>http</c>: where the API and the status page listen, and where <c>/metrics</c> does.</summary>
internal static class HttpReader
{
    public const string Listen = "127.0.0.1:8080";
    public const string Metrics = "127.0.0.1:9651";
    public const string Off = "off";

    /// <returns>No metrics = they were switched off.</returns>
    public static (string Listen, string? Metrics) Read(Section root)
    {
        if (root.Optional("http").Section() is not { } section) return (Listen, Metrics);
        var listen = Place(section.Optional("listen"), out var host) ?? Listen;
        if (host is not null && !Addresses.IsLoopback(host))
            section.Optional("listen").Doubtful("is open to other machines, and the API of this version asks nobody who they are: keep it on 127.0.0.1 or behind a proxy that does");
        var metrics = section.Optional("metrics");
        return (listen, Place(metrics, out _, mayBeOff: true) switch { Off => null, { } place => place, null => Metrics });
    }

    private static string? Place(Value value, out string? host, bool mayBeOff = false)
    {
        host = null;
        if (value.Text("address:port", 256) is not { } text) return null;
        if (mayBeOff && text == Off) return text;
        if (Addresses.TryListen(text, out host, out _)) return text;
        host = null;
        value.Wrong("is no place to listen: give address:port with a literal address, localhost:port, or *:port" + (mayBeOff ? "; or off" : ""));
        return null;
    }
}
