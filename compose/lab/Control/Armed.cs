using System.Diagnostics;
using System.Text.Json;
using Lab.Configuration;
using Lab.Hosts;
using Lab.Services;

namespace Lab.Control;

/// <summary>Whether the lab stands as it should before a fault: one holder, a successor that is ready, everything running.</summary>
internal sealed class Armed(Laboratory lab) : IDisposable
{
    private const string ClassicMaster = "lb1";
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(200);

    private readonly ArbiterApi? _api = lab.HasControlPlane ? new ArbiterApi(lab) : null;

    public void Dispose() => _api?.Dispose();

    /// <summary>Waits until nothing is missing, twice in a row and over the time in which VRRP could still move.</summary>
    /// <returns>The balancer that holds the VIP.</returns>
    /// <exception cref="LabError">It did not come to that in time; says what was missing last.</exception>
    public async Task<string> Wait(TimeSpan within, CancellationToken stopping = default)
    {
        var clock = Stopwatch.StartNew();
        var calm = lab.HasControlPlane ? TimeSpan.FromMilliseconds(500) : 4 * lab.Options.Advert;
        var since = Stopwatch.StartNew();
        string? holder = null;
        while (true)
        {
            var missing = await Missing();
            var owner = lab.VipOwners is [var only] ? only : null;
            if (missing is not null || owner != holder) since.Restart();
            holder = owner;
            if (missing is null && holder is not null && since.Elapsed >= calm) return holder;
            if (clock.Elapsed > within) throw new LabError($"not armed after {within.TotalSeconds:0} s: {missing ?? "the VIP does not stay"}");
            await Task.Delay(PollEvery, stopping);
        }
    }

    /// <summary>What is not as it should be; null when all is.</summary>
    public async Task<string?> Missing()
    {
        foreach (var (service, host) in lab.Expected())
        {
            if (!service.IsRunning(host)) return $"{service.Name} on {host.Name} does not run";
        }
        if (lab.VipOwners is not [var holder]) return lab.VipOwners.Count == 0 ? "no balancer has the VIP" : "both balancers have the VIP";
        if (!await Serving.Check(lab)) return $"{holder} has the VIP, and the client gets no answer from it";
        return lab.Options.Mode switch
        {
            LabMode.Seed => holder == ClassicMaster ? null : $"the VIP has not come back to {ClassicMaster}",
            LabMode.Plain => lab.Balancers.Select(Fenced).FirstOrDefault(text => text is not null),
            _ => Missing(await _api!.Groups(), holder, lab.Options.DownFile),
        };
    }

    private static string? Fenced(Host host) =>
        host.Read(KeepalivedConf.FenceFile)?.Trim() is "0" or null or "" ? null : $"{host.Name} is fenced";

    private static string? Missing(JsonElement? groups, string holder, bool downFile)
    {
        if (groups is not { } answer) return "no arbiter says that it leads";
        var group = answer.GetProperty("groups")[0];
        if (group.GetProperty("holder").GetString() != holder) return $"{holder} has the VIP, the register says {group.GetProperty("holder").GetString() ?? "nobody"}";
        if (group.GetProperty("masters").EnumerateArray().Select(node => node.GetString()).ToList() is not [var master] || master != holder)
            return $"the arbiter does not see {holder} alone as MASTER";
        if (!group.GetProperty("standbyReady").GetBoolean()) return $"no standby is ready: {group.GetProperty("because").GetString()}";
        foreach (var member in group.GetProperty("members").EnumerateArray())
        {
            var node = member.GetProperty("node").GetString();
            if (member.GetProperty("stale").GetBoolean()) return $"{node} has not been heard lately";
            var reading = member.GetProperty("reading");
            if (reading.ValueKind != JsonValueKind.Object) return $"{node} said nothing of the group";
            if (reading.GetProperty("fenced").GetBoolean()) return $"{node} is fenced";
            if (reading.GetProperty("health").GetString() != "good") return $"{node} is not healthy";
            // by a down file the node with the lower base stands at its base as holder and as standby; the other one keeps its file as standby
            var wanted = !downFile ? node == holder ? 254 : 253
                : node == holder || node == "lb2" ? DownFileConf.BasePriority(node!) : DownFileConf.BasePriority(node!) + DownFileConf.Weight;
            if (reading.GetProperty("effectivePriority").GetInt32() is var priority && priority != wanted) return $"{node} stands at priority {priority}, not {wanted}";
        }
        return null;
    }
}
