namespace NodeAgent.Linux;

/// <summary>Which file system a directory is on, by /proc/self/mounts, which answers even when that file system hangs.</summary>
internal static class FileSystems
{
    private static readonly string[] s_remote = ["nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "afs", "gfs2", "ocfs2"];

    /// <summary>Anything that may stop answering when another machine does.</summary>
    public static bool IsRemote(string kind) => s_remote.Contains(kind) || kind.StartsWith("fuse", StringComparison.Ordinal);

    /// <summary>The kind of the mount that holds it: ext4, tmpfs, nfs4, ...; null when it cannot be found out.</summary>
    public static string? Of(string directory)
    {
        try
        {
            return Of(directory, File.ReadLines("/proc/self/mounts"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The same from the lines of such a file; of two mounts on one place the later one counts.</summary>
    public static string? Of(string directory, IEnumerable<string> mounts)
    {
        string? found = null;
        var longest = -1;
        foreach (var line in mounts)
        {
            var words = line.Split(' ');
            if (words.Length < 3 || words[1].Length < longest) continue;
            var under = words[1] == "/" || directory == words[1] || directory.StartsWith(words[1] + "/", StringComparison.Ordinal);
            if (under) (found, longest) = (words[2], words[1].Length);
        }
        return found;
    }
}
