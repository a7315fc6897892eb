using Contracts.Configuration;

namespace Arbiter.Configuration;

/// <summary><c>http</c>: where the API and the status page listen and under which names they answer, and where <c>/metrics</c> listens.</summary>
internal static class HttpReader
{
    public const string Listen = "127.0.0.1:8080";
    public const string Metrics = "127.0.0.1:9651";
    public const string Off = "off";
    private const int MostHosts = 16;

    /// <returns>No metrics = they were switched off.</returns>
    public static (string Listen, IReadOnlyList<string> Hosts, string? Metrics) Read(Section root)
    {
        if (root.Optional("http").Section() is not { } section) return (Listen, [], Metrics);
        var listen = Place(section.Optional("listen"), out var host) ?? Listen;
        if (host is not null && !Addresses.IsLoopback(host))
            section.Optional("listen").Doubtful("is open to other machines, and the API of this version asks nobody who they are: keep it on 127.0.0.1 or behind a proxy that does");
        var metrics = section.Optional("metrics");
        return (listen, Hosts(section.Optional("hosts")), Place(metrics, out _, mayBeOff: true) switch { Off => null, { } place => place, null => Metrics });
    }

    private static List<string> Hosts(Value value)
    {
        var names = new List<string>();
        foreach (var item in value.List(1, MostHosts, "names") ?? [])
        {
            if (item.Text("a name", 253) is not { } text) continue;
            if (Uri.CheckHostName(text) == UriHostNameType.Dns) names.Add(text);
            else item.Wrong("is no host name: give a name without port, such as arbiter.example.net; literal addresses and localhost need not be named");
        }
        return names;
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
