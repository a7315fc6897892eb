using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>The probes that could be read, and every name that was given: a group may name a probe that is wrong without a second error.</summary>
internal sealed record ProbesRead(IReadOnlyList<ProbeOptions> Good, IReadOnlyDictionary<string, Value> Names);

/// <summary>The <c>probes:</c> section: a name each, exactly one kind each.</summary>
internal static class ProbeReader
{
    public const int MostProbes = 64;
    public const int MostTargets = 64;

    private static readonly string[] Kinds = ["process", "http", "ping", "tcp", "haproxySocket", "command"];
    private static readonly string s_kinds = string.Join(", ", Kinds);

    /// <summary>Keys that belong to some kinds only.</summary>
    private static readonly (string Key, string Kind)[] s_owned =
        [("listen", "process"), ("expect", "http"), ("backend", "haproxySocket"), ("minUp", "haproxySocket"), ("warning", "command")];

    public static ProbesRead? Read(Section root)
    {
        var entries = root.Required("probes", "give 1 to 64 probes by name, such as 'haproxy: { process: haproxy }'").Map(1, MostProbes, "probes");
        if (entries is null) return null;
        var good = new List<ProbeOptions>();
        foreach (var entry in entries)
        {
            if (!Contracts.Vocabulary.Names.IsValid(entry.Name)) entry.Key.Wrong($"is no probe name: {Contracts.Vocabulary.Names.Rule}");
            if (entry.Value.Section() is { } section && ReadOne(entry, section) is { } probe) good.Add(probe);
            else if (!entry.Value.Present) entry.Key.Wrong($"has no value: give one of {s_kinds}");
        }
        return new ProbesRead(good, entries.ToDictionary(e => e.Name, e => e.Key, StringComparer.Ordinal));
    }

    private static ProbeOptions? ReadOne(MapEntry entry, Section section)
    {
        if (section.Has("service"))
        {
            section.Refuse("service", "is no probe of agent.yaml: the service behind the VIP stands as 'service' of the group in arbiter.yaml, and every node learns it from there");
            section.IgnoreRest();
            return null;
        }
        var kinds = Kinds.Where(section.Has).ToArray();
        foreach (var kind in Kinds) section.Optional(kind);
        if (kinds.Length != 1)
        {
            entry.Key.Wrong(kinds.Length == 0 ? $"says not what to probe: give exactly one of {s_kinds}"
                : $"has {string.Join(" and ", kinds)}: give exactly one of {s_kinds} (make two probes of it)");
            // the keys that any kind has are still known
            foreach (var key in (string[])["class", "interval", "deadline", "timeout", "rise", "fall", "holderFall", .. s_owned.Select(o => o.Key)]) section.Optional(key);
            return null;
        }
        if (kinds[0] == "command") section.Refuse("deadline", "is called 'timeout' in command probes: rename it");
        else section.Refuse("timeout", "belongs to command probes: the time limit of this kind is called 'deadline'");
        foreach (var (key, kind) in s_owned)
            if (kinds[0] != kind) section.Refuse(key, $"belongs to {kind} probes: remove it");
        return kinds[0] switch
        {
            "process" => ReadProcess(entry.Name, section),
            "http" => ReadHttp(entry.Name, section),
            "tcp" => TcpReader.Read(entry.Name, section),
            "haproxySocket" => HaproxySocketReader.Read(entry.Name, section),
            "command" => CommandReader.Read(entry.Name, section),
            _ => ReadPing(entry.Name, section),
        };
    }

    private static ProbeOptions? ReadProcess(string name, Section section)
    {
        var value = section.Optional("process");
        var process = value.Text("a process name", 256);
        if (process is { Length: > 15 })
        {
            value.Wrong($"'{process[..15]}...' is longer than 15 characters: the kernel cuts process names to 15, so give the first 15 (see /proc/PID/comm)");
            process = null;
        }
        else if (process is not null && (process.Contains('/') || process.Any(char.IsControl)))
        {
            value.Wrong("is no process name: give the name as /proc/PID/comm shows it, without a path");
            process = null;
        }
        var listenValue = section.Optional("listen");
        var listen = listenValue.Text("address:port or *:port", 64);
        if (listen is not null && (!Addresses.TryListen(listen, out var host, out _) || host == "localhost"))
            listenValue.Wrong("is no place to listen: give address:port with a literal address, or *:port");
        var probe = ProbeCommon.Read(name, section, ProbeDefaults.Process, deadlineMayBeInterval: true);
        return process is null ? null : probe with { Process = process, Listen = listen };
    }

    private static ProbeOptions? ReadHttp(string name, Section section)
    {
        var target = ReadUrl(section.Optional("http"));
        var expectValue = section.Optional("expect");
        var expect = (expectValue.List(1, 32, "status codes") ?? []).Select(v => v.Integer(100, 599)).OfType<int>().ToArray();
        if (expect.Distinct().Count() != expect.Length) expectValue.Wrong("names a status code twice");
        var defaults = target is null ? ProbeDefaults.Backend : ProbeDefaults.Http(target);
        var probe = ProbeCommon.Read(name, section, defaults, relations: target is not null);
        return target is null ? null : probe with { Http = target, Expect = expect };
    }

    private static Uri? ReadUrl(Value value)
    {
        if (value.Text("an http:// address", 2048) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            value.Wrong("is no web address: write http://address:port/path");
        else if (uri.Scheme == "https")
            value.Wrong("https is not available in this version: probe a plain http:// address");
        else if (uri.Scheme != "http")
            value.Wrong("is no http:// address: write http://address:port/path");
        else if (uri.UserInfo.Length > 0)
            value.Wrong("holds a user: not available in this version, probe an address that answers without (any status line is good for a hard probe)");
        else if (uri.Fragment.Length > 0)
            value.Wrong("has a '#' part, which is never sent: remove it");
        else
        {
            if (!Addresses.IsLoopback(uri.Host) && uri.HostNameType is UriHostNameType.Dns)
                value.Doubtful("is a host name: trouble of the name service will look like trouble of the target; a literal address is better");
            return uri;
        }
        return null;
    }

    private static ProbeOptions? ReadPing(string name, Section section)
    {
        var value = section.Optional("ping");
        var items = value.List(1, MostTargets, "addresses");
        var targets = new List<string>();
        foreach (var item in items ?? [])
        {
            if (item.Text("a literal address", 256) is not { } text) continue;
            if (!Addresses.TryLiteral(text, out var address))
                item.Wrong("is no literal IP address: names are not resolved here, because a slow name service would look like a dead gateway");
            else if (targets.Contains(address.ToString()))
                item.Wrong($"{address} stands here for the second time: remove one");
            else
                targets.Add(address.ToString());
        }
        var probe = ProbeCommon.Read(name, section, ProbeDefaults.Ping);
        return items is null || targets.Count != items.Count ? null : probe with { Ping = targets };
    }
}
