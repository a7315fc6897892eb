using System.Runtime.InteropServices;

namespace NodeAgent.Linux;

/// <summary>
/// The few kernel calls the BCL does not offer. Constants are those that x86-64 and arm64 share; structures with a layout
/// that differs between the two (struct stat, struct epoll_event) are avoided. Each call returns -1 and sets errno on failure.
/// </summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, Truncate = 0x200, NonBlock = 0x800, CloseOnExec = 0x80000;
    public const int AtCwd = -100;
    public const int MayWrite = 2, MayExecute = 1;
    public const short PollIn = 1;
    public const int NoEntry = 2, Interrupted = 4, NoProcess = 3, TryAgain = 11, AccessDenied = 13, Exists = 17, NoBuffers = 105;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags, uint mode = 0);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, byte* path, int flags, uint mode = 0);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int fd, byte* buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int fd);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* fds, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint ReadDirectory(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial uint InterfaceIndex(string name);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    /// <summary>A descriptor that becomes readable when the process has exited (Linux 5.3); needs no privilege.</summary>
    public static int OpenPidFd(int pid) => (int)Call(434, pid, 0);

    /// <summary>Which file that is, and of which kind; null when there is none or it cannot be reached.</summary>
    public static FileIdentity? Identify(string path) => Identify(AtCwd, path, 0);

    /// <inheritdoc cref="Identify(string)"/>
    public static FileIdentity? Identify(int fd) => Identify(fd, "", 0x1000);

    private static FileIdentity? Identify(int directory, string path, int flags)
    {
        // struct statx is the same everywhere: owner at 20, mode at 28, inode at 32, size at 40, written at 112, device at 136
        var buffer = stackalloc byte[256];
        if (Statx(directory, path, flags, 0x7ff, buffer) != 0) return null;
        var kind = *(ushort*)(buffer + 28) & 0xf000;
        return new FileIdentity(*(ulong*)(buffer + 136), *(ulong*)(buffer + 32), kind == 0x1000) {
            IsRegular = kind == 0x8000,
            Owner = *(uint*)(buffer + 20),
            Size = *(ulong*)(buffer + 40),
            Written = DateTimeOffset.FromUnixTimeSeconds(*(long*)(buffer + 112)).AddTicks(*(uint*)(buffer + 120) / 100),
        };
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    /// <summary>
    /// What root made in a directory of somebody else becomes that user's: a command run by root must not lock the agent out of its own
    /// files. Nothing for anybody but root.
    /// </summary>
    /// <returns>null when it is so; else what failed.</returns>
    public static string? OwnAsDirectory(string path)
    {
        if (EffectiveUser() != 0 || Identify(Path.GetDirectoryName(path)!) is not { Owner: not 0 and var owner }) return null;
        return ChangeOwner(path, owner, uint.MaxValue) == 0 ? null : $"{path} cannot be given to the owner of its directory: {LastError()}";
    }

    /// <summary>The last error of this thread's last call, in words.</summary>
    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}

internal readonly record struct FileIdentity(ulong Device, ulong Inode, bool IsFifo)
{
    public bool IsRegular { get; init; }
    public uint Owner { get; init; }
    public ulong Size { get; init; }
    public DateTimeOffset Written { get; init; }
}
