using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary>Two track files, or one down file.</summary>
internal sealed record SteeringRead(string? Fence, string? Priority, string? DownFile, int? Weight);

/// <summary>What depends on how keepalived is steered: <c>steering</c>, <c>sick</c>, <c>notifyFifo</c>.</summary>
internal static class SteeringReader
{
    private const string Hint = "give { fence: /run/arbiter-agent/NAME.fence, priority: /run/arbiter-agent/NAME.priority }, the track files of keepalived.conf, "
        + "or { downFile: PATH }, the file that its vrrp_script looks at";

    /// <param name="files">Every steering file so far, with the key that named it.</param>
    /// <returns>null when it is wrong, which is reported.</returns>
    public static SteeringRead? Read(Section group, Dictionary<string, string> files)
    {
        if (group.Required("steering", Hint).Section() is not { } steering) return null;
        if (!steering.Has("downFile"))
        {
            steering.Refuse("weight", "belongs to a down file: track files have the weights 0 and 1");
            var (fence, priority) = (Own(steering, "fence", files), Own(steering, "priority", files));
            return fence is null || priority is null ? null : new SteeringRead(fence, priority, null, null);
        }
        foreach (var key in new[] { "fence", "priority" })
            steering.Refuse(key, "has no place beside a down file: a group is steered by one or the other");
        var both = steering.Has("fence") || steering.Has("priority");
        var value = steering.Optional("weight");
        // 0 would mean FAULT, and then both nodes with a file would leave nobody
        var weight = value.Integer(-253, -1);
        var downFile = Own(steering, "downFile", files);
        return downFile is null || both || value.Faulty ? null : new SteeringRead(null, null, downFile, weight);
    }

    /// <summary>A sick node stays electable, below every healthy one. With a low base there is no safe default; a down file has its weight instead.</summary>
    public static int? ReadSick(Section group, int? basePriority, SteeringRead? steering)
    {
        if (steering?.DownFile is not null)
        {
            group.Refuse("sick", "has no meaning with a down file: the weight of the vrrp_script says how far a sick node falls");
            return 0;
        }
        var value = group.Optional("sick");
        var sick = value.Integer(1, 244);
        if (basePriority is not { } number) return sick;
        if (!value.Present)
        {
            if (number > 110) return number - 100;
            // what the steering would be is not known: no second complaint
            if (steering is null) return null;
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

    /// <summary>Track files need keepalived's word; with a down file the interface tells the role where keepalived tells nobody.</summary>
    public static string? ReadFifo(Section group, SteeringRead? steering) => FilePath.Read(steering?.DownFile is null
        ? group.Required("notifyFifo", "give keepalived's vrrp_notify_fifo, such as /run/arbiter-agent/keepalived.fifo")
        : group.Optional("notifyFifo"));

    private static string? Own(Section steering, string key, Dictionary<string, string> files)
    {
        var value = steering.Required(key, $"give the track file for the {key}");
        if (FilePath.Read(value) is not { } path) return null;
        if (files.TryAdd(path, value.Path)) return path;
        value.Wrong($"is already {files[path]}: each steering file has one meaning in one group");
        return null;
    }
}
