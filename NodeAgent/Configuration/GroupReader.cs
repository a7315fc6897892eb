using System.Net;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>The <c>groups:</c> section: one VRRP instance each, with its files and its probes.</summary>
internal static class GroupReader
{
    public static IReadOnlyList<AgentGroupOptions>? Read(Section root, ProbesRead? probes)
    {
        var entries = root.Required("groups", "give at least one group by name").Map(1, NodeLimits.MostGroups, "groups");
        if (entries is null) return null;
        var taken = new Taken();
        var groups = new List<AgentGroupOptions>();
        foreach (var entry in entries)
        {
            GroupName? name = GroupName.TryParse(entry.Name, out var parsed) ? parsed : null;
            if (name is null) entry.Key.Wrong($"is no group name: {Names.Rule}");
            if (entry.Value.Section() is not { } section) continue;
            if (ReadOne(section, name, probes, taken) is { } group) groups.Add(group);
        }
        WarnOfIdle(groups, probes, complete: groups.Count == entries.Count);
        return groups;
    }

    private static AgentGroupOptions? ReadOne(Section section, GroupName? name, ProbesRead? probes, Taken taken)
    {
        var instance = ReadInstance(section.Required("instance", "give the vrrp_instance of keepalived.conf"), taken);
        var device = ReadInterface(section.Required("interface", "give the interface that carries the VIPs"));
        var vips = VipList.Read(section.Required("vips", "give the addresses with their prefix length, such as [ 172.20.0.248/16 ]"), taken.Vips);
        var steering = SteeringReader.Read(section, taken.Files);
        var most = steering?.DownFile is null ? 245 : 254;
        var basePriority = section.Required("base", $"give the priority in keepalived.conf, 2 to {most}").Integer(2, most);
        var sick = SteeringReader.ReadSick(section, basePriority, steering);
        var advert = section.Optional("advert").Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(40)) ?? TimeSpan.FromSeconds(1);
        var fifo = SteeringReader.ReadFifo(section, steering);
        var pidFile = FilePath.Read(section.Optional("keepalivedPidFile")) ?? "/run/keepalived.pid";
        var vrid = section.Optional("vrid").Integer(1, 255);
        var names = ReadProbeNames(section, probes);
        var isolation = IsolationReader.Read(section, names, probes);
        if (name is null || instance is null || device is null || vips is null || basePriority is null || sick is null
            || steering is null || (fifo is null && steering.DownFile is null) || names is null || isolation is null) return null;
        return new AgentGroupOptions
        {
            Group = name.Value,
            Instance = instance,
            Interface = device,
            Vips = vips,
            Base = basePriority.Value,
            Sick = sick.Value,
            Advert = advert,
            FenceFile = steering.Fence ?? "",
            PriorityFile = steering.Priority ?? "",
            DownFile = steering.DownFile,
            DownWeight = steering.Weight,
            NotifyFifo = fifo,
            KeepalivedPidFile = pidFile,
            Vrid = vrid,
            Probes = names,
            IsolationProbes = isolation,
        };
    }

    private static string? ReadInstance(Value value, Taken taken)
    {
        if (value.Text("a name", 128) is not { } text) return null;
        if (text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"'))
            value.Wrong("is no instance name: no spaces, no quotes");
        else if (!taken.Instances.TryAdd(text, value.Path))
            value.Wrong($"'{text}' is already the instance of {taken.Instances[text]}: one instance belongs to one group");
        else
            return text;
        return null;
    }

    private static string? ReadInterface(Value value)
    {
        if (value.Text("an interface name", 64) is not { } text) return null;
        if (text.Length <= 15 && text is not ("." or "..") && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':')) return text;
        value.Wrong("is no interface name: at most 15 characters, no spaces, '/' or ':'");
        return null;
    }

    private static List<string>? ReadProbeNames(Section section, ProbesRead? probes)
    {
        var value = section.Required("probes", "name the probes that make up this group's health");
        var names = ProbeNames.Read(value, 1, probes);
        if (names is null || probes is null) return names;
        var known = names.Select(n => probes.Good.FirstOrDefault(p => p.Name == n)).ToArray();
        if (known.All(p => p is { Class: ProbeClass.Soft }))
            value.Doubtful("none of them is hard: no failure of this node would ever move the VIP");
        return names;
    }

    private static void WarnOfIdle(List<AgentGroupOptions> groups, ProbesRead? probes, bool complete)
    {
        if (probes is null || !complete) return;
        foreach (var (name, key) in probes.Names)
            if (!groups.Any(g => g.Probes.Contains(name) || g.IsolationProbes.Contains(name)))
                key.Doubtful("is named by no group: it is run for nothing");
    }

    /// <summary>What one group has and no other may.</summary>
    private sealed class Taken
    {
        public Dictionary<string, string> Instances { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);
        public Dictionary<IPAddress, string> Vips { get; } = [];
    }
}
