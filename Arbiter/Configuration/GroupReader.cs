using System.Net;
using Arbiter.Core;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace Arbiter.Configuration;

/// <summary>The <c>groups:</c> list: who may hold which addresses, and by which policies.</summary>
internal static class GroupReader
{
    public const int MostGroups = 200;
    private const int MostSchedules = Outbox.MaxSchedules / 2;
    private const int MostMembers = 8;

    public static IReadOnlyList<GroupOptions>? Read(Section root)
    {
        if (root.Required("groups", "give at least one group").List(1, MostGroups, "groups") is not { } items) return null;
        var names = new HashSet<GroupName>();
        var vips = new Dictionary<IPAddress, string>();
        var groups = new List<GroupOptions>();
        foreach (var item in items)
            if (item.Section() is { } section && ReadOne(section, names, vips) is { } group) groups.Add(group);
        // the register remembers the last time of each; more would push each other out
        if (groups.Sum(g => g.Schedules.Count) is > MostSchedules and var many)
            root.Optional("groups").Wrong($"have {many} schedules together: at most {MostSchedules}");
        return groups.Count == items.Count ? groups : null;
    }

    private static GroupOptions? ReadOne(Section section, HashSet<GroupName> names, Dictionary<IPAddress, string> taken)
    {
        var name = ReadName(section.Required("name", "give the group's name, the same as in agent.yaml"), names);
        var vips = VipList.Read(section.Required("vips", "give the addresses with their prefix length, such as [ 172.20.0.248/16 ]"), taken);
        var members = ReadMembers(section.Required("members", "give the nodes, such as [ { node: lb1 }, { node: lb2 } ]"));
        var mode = section.Optional("mode").OneOf(("act", GroupMode.Act), ("observe", GroupMode.Observe)) ?? GroupMode.Act;
        var loss = section.Optional("onControlPlaneLoss")
            .OneOf(("local", ControlPlaneLoss.Local), ("hold", ControlPlaneLoss.Hold), ("release", ControlPlaneLoss.Release)) ?? ControlPlaneLoss.Local;
        var isolation = section.Optional("onIsolation").OneOf(("fence", Isolation.Fence), ("hold", Isolation.Hold)) ?? Isolation.Fence;
        var brakes = section.Optional("brakes").Boolean() ?? true;
        var rearm = section.Optional("rearm").Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? TimeSpan.FromSeconds(10);
        var advert = section.Optional("advert").Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(40)) ?? TimeSpan.FromSeconds(1);
        var failback = section.Optional("failback");
        if (failback.OneOf(("manual", false), ("auto", true)) is true)
            failback.Wrong("'auto' is not available in this version: a VIP moves back only by hand; write manual, or remove the key");
        var schedules = ScheduleReader.Read(section.Optional("schedule"), name, members);
        var serviceValue = section.Optional("service");
        var service = ReadService(serviceValue, vips);
        if (name is null || vips is null || members is null || serviceValue.Faulty) return null;
        return new GroupOptions
        {
            Name = name.Value,
            Vips = vips,
            Members = members,
            Mode = mode,
            OnControlPlaneLoss = loss,
            OnIsolation = isolation,
            Brakes = brakes,
            Rearm = rearm,
            Advert = advert,
            Schedules = schedules,
            Service = service,
        };
    }

    private static string? ReadService(Value value, IReadOnlyList<string>? vips)
    {
        if (value.Text("an http:// address on one of the VIPs", 4096) is not { } text || vips is null) return null;
        var (address, problem) = ServiceAddress.Read(text, vips);
        if (address is null) value.Wrong(problem);
        return address is null ? null : text;
    }

    private static GroupName? ReadName(Value value, HashSet<GroupName> names)
    {
        if (value.Text("a name", 200) is not { } text) return null;
        if (!GroupName.TryParse(text, out var name))
            value.Wrong($"is no group name: {Names.Rule}");
        else if (!names.Add(name))
            value.Wrong($"'{name}' is the name of an earlier group: give each its own");
        else
            return name;
        return null;
    }

    private static List<MemberOptions>? ReadMembers(Value value)
    {
        if (value.List(1, MostMembers, "members") is not { } items) return null;
        var members = new List<MemberOptions>();
        foreach (var item in items)
        {
            if (item.Section() is not { } section) continue;
            var nodeValue = section.Required("node", "give the node's name, as in its agent.yaml");
            var preference = section.Optional("preference").Integer(1, 1000) ?? 100;
            if (nodeValue.Text("a name", 200) is not { } text) continue;
            if (!NodeId.TryParse(text, out var node))
                nodeValue.Wrong($"is no node name: {Names.Rule}");
            else if (members.Any(m => m.Node == node))
                nodeValue.Wrong($"'{node}' is a member already: name each node once");
            else
                members.Add(new MemberOptions(node, preference));
        }
        if (items.Count == 1) value.Doubtful("is a single member: nothing can take over from it");
        return members.Count == items.Count ? members : null;
    }
}
