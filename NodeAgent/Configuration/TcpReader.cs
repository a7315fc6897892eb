using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary><c>tcp: 172.20.0.151:3306</c>: a place that must accept a connection.</summary>
internal static class TcpReader
{
    public static ProbeOptions? Read(string name, Section section)
    {
        var value = section.Optional("tcp");
        HostPort? target = null;
        if (value.Text("address:port", 320) is { } text)
        {
            if (!Addresses.TryHostPort(text, out var host, out var port)) value.Wrong(Problem(text));
            else if (host is not ['[', ..] && char.IsAsciiDigit(host[^1]) && !Addresses.TryLiteral(host, out _))
                value.Wrong("is no address in its usual spelling: four numbers from 0 to 255 without leading zeros, such as 172.20.0.151:3306");
            else
            {
                if (host is not ['[', ..] && host != "localhost" && !Addresses.TryLiteral(host, out _))
                    value.Doubtful("is a host name: trouble of the name service will look like trouble of the target; a literal address is better");
                target = new HostPort(host, port);
            }
        }
        var probe = ProbeCommon.Read(name, section, ProbeDefaults.Backend);
        return target is null ? null : probe with { Tcp = target };
    }

    private static string Problem(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? "is a web address: write address:port, or use an http probe"
        : text.Count(c => c == ':') > 1 && !text.StartsWith('[') ? "is no address:port: write an IPv6 address in brackets, such as [2001:db8::1]:3306"
        : "is no address:port: write one such as 172.20.0.151:3306";
}
