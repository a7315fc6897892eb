using Microsoft.Win32.SafeHandles;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// Reads the dump as it lies there. /tmp belongs to everybody: only a regular file of root, or of this process' own user, is believed.
/// </summary>
internal static class DumpFile
{
    /// <param name="Problem">Why there is nothing; null when there is.</param>
    public readonly record struct Read(byte[]? Bytes, DateTimeOffset Written, string? Problem);

    public static Read Take(string path)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.NonBlock | Libc.CloseOnExec);
        if (fd < 0) return new Read(null, default, $"{path}: {Libc.LastError()}");
        using var file = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            if (Libc.Identify(fd) is not { IsRegular: true } found) return new Read(null, default, $"{path} is no regular file");
            if (found.Owner != 0 && found.Owner != Libc.EffectiveUser()) return new Read(null, default, $"{path} belongs to user {found.Owner}, not to root");
            var length = RandomAccess.GetLength(file);
            if (length > DumpJson.MostBytes) return new Read(null, default, $"{path} has {length} bytes: at most {DumpJson.MostBytes} are read");
            var bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, 0);
            return new Read(bytes[..read], File.GetLastWriteTimeUtc(file), null);
        }
        catch (IOException e)
        {
            return new Read(null, default, $"{path}: {e.Message}");
        }
    }
}
