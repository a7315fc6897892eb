using System.Net;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>The <c>groups:</c> section: one VRRP instance each, with its files and its probes.</summary>
internal static class GroupReader
{
    public const int MostGroups = 32;
    private const int MostVips = 64;

    public static IReadOnlyList<AgentGroupOptions>? Read(Section root, ProbesRead? probes)
    {
        var entries = root.Required("groups", "give at least one group by name").Map(1, MostGroups, "groups");
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
        var vips = VipList.Read(section.Required("vips", "give the addresses with their prefix length, such as [ 172.20.0.248/16 ]"), MostVips, taken.Vips);
        var basePriority = section.Required("base", "give the priority in keepalived.conf, 2 to 245").Integer(2, 245);
        var sick = ReadSick(section, basePriority);
        var advert = section.Optional("advert").Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(40)) ?? TimeSpan.FromSeconds(1);
        var (fence, priority) = ReadSteering(section, taken);
        var fifo = FilePath.Read(section.Required("notifyFifo", "give keepalived's vrrp_notify_fifo, such as /run/arbiter-agent/keepalived.fifo"));
        var pidFile = FilePath.Read(section.Optional("keepalivedPidFile")) ?? "/run/keepalived.pid";
        var vrid = section.Optional("vrid").Integer(1, 255);
        var names = ReadProbeNames(section, probes);
        var isolation = IsolationReader.Read(section, names, probes);
        if (name is null || instance is null || device is null || vips is null || basePriority is null || sick is null
            || fence is null || priority is null || fifo is null || names is null || isolation is null) return null;
        return new AgentGroupOptions
        {
            Group = name.Value,
            Instance = instance,
            Interface = device,
            Vips = vips,
            Base = basePriority.Value,
            Sick = sick.Value,
            Advert = advert,
            FenceFile = fence,
            PriorityFile = priority,
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

    /// <summary>A sick node stays electable, below every healthy one. With a low base there is no safe default.</summary>
    private static int? ReadSick(Section section, int? basePriority)
    {
        var value = section.Optional("sick");
        var sick = value.Integer(1, 244);
        if (basePriority is not { } number) return sick;
        if (!value.Present)
        {
            if (number > 110) return number - 100;
            value.Wrong($"is missing: with a base of {number} (110 or less) give the priority of a sick node, 1 to {number - 1}, "
                + "below the base of every node and different on each");
            return null;
        }
        if (sick >= number)
        {
            value.Wrong($"{sick} must be below base ({number}): give 1 to {number - 1}");
            return null;
        }
        return sick;
    }

    private static (string? Fence, string? Priority) ReadSteering(Section section, Taken taken)
    {
        const string hint = "give { fence: /run/arbiter-agent/NAME.fence, priority: /run/arbiter-agent/NAME.priority }, the track files of keepalived.conf";
        if (section.Required("steering", hint).Section() is not { } steering) return (null, null);
        if (steering.Has("downFile"))
        {
            steering.Later("downFile");
            steering.IgnoreRest();
            return (null, null);
        }
        return (Own("fence"), Own("priority"));

        string? Own(string key)
        {
            var value = steering.Required(key, $"give the track file for the {key}");
            if (FilePath.Read(value) is not { } path) return null;
            if (taken.Files.TryAdd(path, value.Path)) return path;
            value.Wrong($"is already {taken.Files[path]}: each steering file has one meaning in one group");
            return null;
        }
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
