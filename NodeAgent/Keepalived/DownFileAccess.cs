using System.Runtime.InteropServices;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// A down file is there or it is not; what it holds means nothing. So making it is one open with O_CREAT and O_EXCL, which follows no link
/// and is right too when somebody else's file stands there, and removing it is one unlink.
/// </summary>
internal static class DownFileAccess
{
    private const int Exclusive = 0x80, NoDirectory = 20, Exists = 0;

    /// <returns>null when the file is there.</returns>
    public static string? Make(string path)
    {
        var fd = Libc.Open(path, Libc.WriteOnly | Libc.Create | Exclusive | Libc.CloseOnExec, 0x1a4);
        if (fd < 0) return Marshal.GetLastPInvokeError() == Libc.Exists ? null : Failure(path, "cannot be made");
        _ = Libc.Close(fd);
        return null;
    }

    /// <returns>null when the file is not there.</returns>
    public static string? Remove(string path) =>
        Libc.Unlink(path) == 0 || Marshal.GetLastPInvokeError() == Libc.NoEntry ? null : Failure(path, "cannot be removed");

    /// <summary>Whether a script would see it; null when even that cannot be found out.</summary>
    public static bool? See(string path, out string? blind)
    {
        blind = null;
        if (Libc.Access(path, Exists) == 0) return true;
        if (Marshal.GetLastPInvokeError() is Libc.NoEntry or NoDirectory) return false;
        blind = Failure(path, "cannot be seen");
        return null;
    }

    private static string Failure(string path, string what) =>
        $"{path} {what}: {Libc.LastError()}. Its directory must exist, be local and belong to the agent's user (docs/steering.md)";
}
