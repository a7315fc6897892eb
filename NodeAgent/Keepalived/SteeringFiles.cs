using System.Globalization;
using System.Runtime.InteropServices;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// The fence and priority files. A write is a temporary file in the same directory plus rename: keepalived, which watches the directory,
/// never sees an empty file (it would read 0). No fsync: the files live on tmpfs (/run), are made anew at each boot, and a fence must not
/// wait for a disk. When no new file can be made (full, read-only, directory not writable) the value is written over the old one in place,
/// padded to six characters so that the file is never truncated, and closed, which is what keepalived notices.
/// </summary>
internal sealed unsafe class SteeringFiles : IDisposable
{
    private readonly Lock _gate = new();
    // a descriptor of each file as last written: reaches it when nothing can be opened any more (out of descriptors)
    private readonly Dictionary<string, int> _held = [];

    /// <summary>The number in the file as keepalived reads it; 0 when it is missing or unreadable.</summary>
    public static int Read(string path)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.NonBlock | Libc.CloseOnExec);
        if (fd < 0) return 0;
        var text = stackalloc byte[TrackNumber.ReadLimit];
        var got = Libc.Read(fd, text, TrackNumber.ReadLimit);
        _ = Libc.Close(fd);
        return got <= 0 ? 0 : TrackNumber.Parse(new ReadOnlySpan<byte>(text, (int)got));
    }

    /// <summary>Opens the files that exist, so that they can be written when nothing can be opened any more. Optional.</summary>
    public void Hold(IEnumerable<string> paths)
    {
        lock (_gate)
            foreach (var path in paths) Keep(path, Libc.Open(path, Libc.WriteOnly | Libc.CloseOnExec));
    }

    /// <summary>Writes the value.</summary>
    /// <returns>null when the file holds the value; else what failed and what to do.</returns>
    public string? Write(string path, int value)
    {
        lock (_gate)
        {
            if (Replace(path, value) is not { } failure) return null;
            if (failure.Errno == Libc.NoEntry && Libc.Identify(DirectoryOf(path)) is null)
                return $"{path}: its directory does not exist. Create it before keepalived starts (tmpfiles.d, or RuntimeDirectory= with "
                       + "RuntimeDirectoryPreserve=yes) and restart keepalived: its watch on a removed directory is lost for ever";
            if (Overwrite(path, value)) return null;
            return $"{path}: {failure.Text}, and it cannot be written in place either: {Libc.LastError()}. Check owner, mode and free space of {DirectoryOf(path)}";
        }
    }

    private (int Errno, string Text)? Replace(string path, int value)
    {
        var temporary = path + ".tmp";
        var fd = Libc.Open(temporary, Libc.WriteOnly | Libc.Create | Libc.Truncate | Libc.CloseOnExec, 0x1a4);
        if (fd < 0) return Failure("no new file can be made");
        var text = stackalloc byte[16];
        var length = Format(text, value, padded: false);
        if (Libc.Write(fd, text, length) != length)
        {
            var failure = Failure("no new file can be written");
            _ = Libc.Close(fd);
            _ = Libc.Unlink(temporary);
            return failure;
        }
        if (Libc.Rename(temporary, path) != 0)
        {
            var failure = Failure("the new file cannot be moved into place");
            _ = Libc.Close(fd);
            _ = Libc.Unlink(temporary);
            return failure;
        }
        Keep(path, fd);
        return null;
    }

    /// <summary>The file by its name if it can be opened; else by the descriptor held, if that is still the same file.</summary>
    private bool Overwrite(string path, int value)
    {
        var fd = Libc.Open(path, Libc.WriteOnly | Libc.CloseOnExec);
        if (fd < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            var same = _held.Remove(path, out fd) && Libc.Identify(fd) is { } held && held == Libc.Identify(path);
            Marshal.SetLastPInvokeError(error);
            if (!same) return false;
        }
        var text = stackalloc byte[16];
        var length = Format(text, value, padded: true);
        var written = Libc.WriteAt(fd, text, length, 0) == length;
        var errno = Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        if (!_held.ContainsKey(path)) Keep(path, Libc.Open(path, Libc.WriteOnly | Libc.CloseOnExec));
        Marshal.SetLastPInvokeError(errno);
        return written;
    }

    private void Keep(string path, int fd)
    {
        if (fd < 0) return;
        // the close of the file that was replaced makes keepalived read once more; it reads the same value
        if (_held.Remove(path, out var old)) _ = Libc.Close(old);
        _held[path] = fd;
    }

    private static int Format(byte* text, int value, bool padded)
    {
        var into = new Span<byte>(text, 16);
        value.TryFormat(into, out var length, default, CultureInfo.InvariantCulture);
        while (padded && length < 6) into[length++] = (byte)' ';
        into[length++] = (byte)'\n';
        return length;
    }

    private static (int, string) Failure(string what) => (Marshal.GetLastPInvokeError(), $"{what}: {Libc.LastError()}");

    private static string DirectoryOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var fd in _held.Values) _ = Libc.Close(fd);
            _held.Clear();
        }
    }
}
