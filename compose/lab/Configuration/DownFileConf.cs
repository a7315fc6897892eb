using Lab.Hosts;

namespace Lab.Configuration;

/// <summary>
/// The classic set-up with agents: its keepalived.conf as it is, priorities 100 and 80, and in the place of its script one that looks at the
/// agent's down file. The classic lb2 has no script; here it has the same one, unless that is what is to be tried.
/// </summary>
internal static class DownFileConf
{
    /// <summary>The classic place is a shared directory mounted here; a node's own file belongs on its own disk.</summary>
    public const string Folder = "/etc/keepalived/magedu";
    public const string DownFile = Folder + "/down";
    public const string ScriptFile = "/etc/keepalived/scripts/vrrp_script.sh";
    public const int Weight = -80;
    public const string Script = $"#!/bin/bash\n/usr/bin/test ! -e {DownFile}\n";

    public static int BasePriority(string balancer) => balancer == "lb1" ? 100 : 80;

    /// <summary>The classic lb1 word for word; lb2 gets the script's section and its line from lb1.</summary>
    public static string Keepalived(LabPaths paths, string balancer)
    {
        var text = Classic(paths, balancer);
        if (text.Contains("track_script", StringComparison.Ordinal)) return text;
        var master = Classic(paths, "lb1");
        var section = Section(master, "vrrp_script ");
        var line = Section(master, "    track_script ");
        return text.Replace("global_defs {", section + "\nglobal_defs {", StringComparison.Ordinal)
            .Replace("    virtual_ipaddress {", line + "    virtual_ipaddress {", StringComparison.Ordinal);
    }

    /// <summary>keepalived.conf of the classic set-up, where only lb1 has a script.</summary>
    public static string Classic(LabPaths paths, string balancer) => ServerConf.Seed(paths, balancer + ".conf");

    /// <summary>The lines of agent.yaml that differ: keepalived tells this agent nothing, so there is no FIFO.</summary>
    public static string Steering => $"steering: {{ downFile: {DownFile}, weight: {Weight} }}";

    /// <summary>From its first line to its closing brace, which stands as far in as it does.</summary>
    private static string Section(string text, string start)
    {
        var from = text.IndexOf("\n" + start, StringComparison.Ordinal) + 1;
        var indent = start[..^start.TrimStart().Length];
        var end = text.IndexOf($"\n{indent}}}\n", from, StringComparison.Ordinal);
        return text[from..(end + indent.Length + 3)];
    }
}
