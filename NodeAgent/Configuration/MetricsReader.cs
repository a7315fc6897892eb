using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary><c>metrics</c> and <c>keepalived</c>: both optional, with defaults that open one port on loopback.</summary>
internal static class MetricsReader
{
    private const int MostPlaces = 8;

    public static MetricsOptions Read(Section root)
    {
        var standard = new MetricsOptions();
        if (root.Optional("metrics").Section() is not { } section) return standard;
        var compat = section.Optional("compat").Section();
        return standard with
        {
            Listen = ReadListen(section.Optional("listen")) ?? standard.Listen,
            Gen2Brain = compat?.Optional("gen2brain").Boolean() ?? false,
            Haproxy = section.Optional("haproxy").OneOf(("off", HaproxyFamily.Off), ("builtin", HaproxyFamily.Builtin), ("exporter", HaproxyFamily.Exporter)) ?? HaproxyFamily.Off,
            HaproxySocket = FilePath.Read(section.Optional("haproxySocket")) ?? standard.HaproxySocket,
        };
    }

    public static KeepalivedOptions ReadKeepalived(Section root)
    {
        var standard = new KeepalivedOptions();
        if (root.Optional("keepalived").Section() is not { } section) return standard;
        return standard with
        {
            Dump = section.Optional("dump").OneOf(("off", DumpSource.Off), ("file", DumpSource.File), ("helper", DumpSource.Helper)) ?? standard.Dump,
            DumpFile = FilePath.Read(section.Optional("dumpFile")) ?? standard.DumpFile,
            HelperSocket = FilePath.Read(section.Optional("helperSocket")) ?? standard.HelperSocket,
        };
    }

    /// <summary>A list of places, or the one word off.</summary>
    private static List<string>? ReadListen(Value value)
    {
        if (!value.Present) return null;
        if (value.IsScalar)
        {
            if (value.Text("off, or a list of addresses with a port", 256) is not { } word) return null;
            if (word == "off") return [];
            value.Wrong("is no list of addresses with a port: write [ 127.0.0.1:9650 ], or off");
            return null;
        }
        if (value.List(1, MostPlaces, "addresses with a port") is not { } items) return null;
        var places = new List<string>();
        foreach (var item in items)
        {
            if (item.Text("address:port", 256) is not { } text) continue;
            if (!Addresses.TryListen(text, out _, out _))
                item.Wrong("is no place to listen: give address:port with a literal address, localhost:port, or *:port");
            else if (places.Contains(text))
                item.Wrong($"'{text}' is in the list already: remove it");
            else
                places.Add(text);
        }
        return places;
    }
}
