using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// Reads the dump as it lies there. /tmp belongs to everybody: only a regular file of root, or of this process' own user, is believed, and
/// none is waited for.
/// </summary>
internal static class DumpFile
{
    /// <param name="Problem">Why there is nothing; null when there is.</param>
    public readonly record struct Read(byte[]? Bytes, DateTimeOffset Written, string? Problem);

    public static Read Take(string path)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.NonBlock | Libc.CloseOnExec);
        if (fd < 0) return new Read(null, default, $"{path}: {Libc.LastError()}");
        try
        {
            if (Libc.Identify(fd) is not { IsRegular: true } found) return new Read(null, default, $"{path} is no regular file");
            if (found.Owner != 0 && found.Owner != Libc.EffectiveUser()) return new Read(null, default, $"{path} belongs to user {found.Owner}, not to root");
            if (found.Size > DumpJson.MostBytes) return new Read(null, default, $"{path} has {found.Size} bytes: at most {DumpJson.MostBytes} are read");
            return Whole(fd, (int)found.Size) is { } bytes ? new Read(bytes, found.Written, null) : new Read(null, default, $"{path}: {Libc.LastError()}");
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    private static unsafe byte[]? Whole(int fd, int size)
    {
        var bytes = new byte[size];
        var length = 0;
        fixed (byte* at = bytes)
            while (length < size)
            {
                var read = Libc.Read(fd, at + length, size - length);
                if (read < 0) return null;
                if (read == 0) break;
                length += (int)read;
            }
        return bytes[..length];
    }
}
