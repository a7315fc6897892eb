using NodeAgent.Configuration;
using NodeAgent.Linux;

namespace NodeAgent.Cli;

/// <summary>What keeps a down file from working. A directory on another machine is looked at by its name only: a look into it could hang.</summary>
internal static class DownFileCheck
{
    public static IEnumerable<string> Problems(AgentGroupOptions group, string path, Func<string, string?>? fileSystemOf = null)
    {
        var at = $"groups.{group.Group}.steering.downFile";
        var directory = Path.GetDirectoryName(path)!;
        var kind = (fileSystemOf ?? FileSystems.Of)(directory);
        if (kind is not null && FileSystems.IsRemote(kind))
        {
            yield return $"{at}: {directory} is on {kind}: when that stops answering nothing can be steered. A down file belongs to one node; keep it on a local disk";
            yield break;
        }
        if (kind is "tmpfs" or "ramfs")
            yield return $"{at}: {directory} is on {kind}: a reboot takes the file away, and the node with the higher base takes the VIP back. Keep it on a disk";
        if (!Directory.Exists(directory))
            yield return $"{at}: {directory} does not exist";
        else if (Directory.Exists(path))
            yield return $"{at}: {path} is a directory; name the file in it";
        else if (Libc.Access(directory, Libc.MayWrite) != 0)
            yield return $"{at}: {directory} cannot be written by this user, who must make and remove {Path.GetFileName(path)} there. "
                + "Give the agent a directory of its own, not the one of keepalived.conf";
    }
}
