using System.Globalization;

namespace Lab.Hosts;

/// <summary>A process and when it started, so that a pid that was given to somebody else is never taken for ours.</summary>
internal sealed record PidRecord(int Pid, ulong StartTime)
{
    /// <summary>Null when the file is missing or holds no record.</summary>
    public static PidRecord? Read(string file)
    {
        if (!File.Exists(file)) return null;
        var parts = File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new PidRecord(pid, start)
            : null;
    }

    public bool Alive => StartTimeOf(Pid) == StartTime;

    /// <summary>The one child of the process, or null before it exists: unshare's child is PID 1 of the host.</summary>
    public int? Child()
    {
        try
        {
            var children = File.ReadAllText($"/proc/{Pid}/task/{Pid}/children").Trim();
            return children.Length == 0 ? null : int.Parse(children.Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Field 22 of /proc/PID/stat; null when there is no such process (a zombie counts as gone).</summary>
    public static ulong? StartTimeOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
