using Lab.Configuration;
using Lab.Hosts;

namespace Lab.Faults;

/// <summary>Steering by hand, for a lab without agents: what keepalived alone makes of the files.</summary>
internal static class SteeringFiles
{
    private const int HolderPriority = 254;
    private const int StandbyPriority = 253;

    /// <summary>By temporary file and rename: keepalived never reads half a number.</summary>
    public static void Put(Host host, string file, int value)
    {
        var path = host.Path(file);
        File.WriteAllText(path + ".new", $"{value}\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Unfences both and arms them as the arbiter would: the present holder 254, the other 253.</summary>
    public static void Arm(Laboratory lab, string holder)
    {
        foreach (var host in lab.Balancers)
        {
            var wanted = host.Name == holder ? HolderPriority : StandbyPriority;
            Put(host, KeepalivedConf.PriorityFile, wanted - Topology.BasePriority(host.Name));
        }
    }

    public static void Unfence(Laboratory lab)
    {
        foreach (var host in lab.Balancers) Put(host, KeepalivedConf.FenceFile, 0);
    }
}
