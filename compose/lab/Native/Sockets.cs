using System.Runtime.InteropServices;

namespace Lab.Native;

/// <summary>Sockets without the runtime's own event loop: the measuring client must not share a thread with anything.</summary>
internal static unsafe partial class Sockets
{
    public const int Inet = 2;
    public const int Netlink = 16;
    public const int Stream = 1;
    public const int Raw = 3;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int SolSocket = 1;
    public const int SoError = 4;
    public const int SoLinger = 13;
    public const int SoReceiveTimeout = 20;
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const int EAgain = 11;
    public const int EInProgress = 115;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, TimeSpec* timeout, void* mask);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>sockaddr_in, fields in network order.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct InetAddress
    {
        public ushort Family;
        public ushort Port;
        public uint Address;
    }

    /// <summary>sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 12)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Pad;
        public uint Port;
        public uint Groups;
    }

    /// <summary>struct linger: with both fields set to on and 0, close resets at once and leaves no TIME_WAIT.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Linger
    {
        public int OnOff;
        public int Seconds;
    }
}
