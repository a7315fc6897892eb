using System.Runtime.InteropServices;

namespace Arbiter.Quorum;

/// <summary>Time since the process started, for the lease: it never goes back, and it counts the time a machine was suspended.</summary>
internal interface ILeaseClock
{
    public TimeSpan Now { get; }
}

/// <summary>
/// The larger of two clocks. Stopwatch is CLOCK_MONOTONIC, which stands still while a machine is suspended (dotnet/runtime#77945);
/// CLOCK_BOOTTIME goes on. Where there is no such clock (not Linux), Stopwatch alone.
/// </summary>
internal sealed partial class LeaseClock(TimeProvider time) : ILeaseClock
{
    private const int BootTime = 7;                                 // CLOCK_BOOTTIME, linux/time.h

    private readonly long _start = time.GetTimestamp();
    private readonly TimeSpan? _bootStart = SinceBoot();

    public TimeSpan Now
    {
        get
        {
            var elapsed = time.GetElapsedTime(_start);
            if (_bootStart is not { } start || SinceBoot() is not { } now) return elapsed;
            return now - start > elapsed ? now - start : elapsed;
        }
    }

    private static TimeSpan? SinceBoot() => OperatingSystem.IsLinux() && ClockGetTime(BootTime, out var at) == 0
        ? TimeSpan.FromSeconds(at.Seconds) + TimeSpan.FromTicks(at.Nanoseconds / 100)
        : null;

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out Timespec time);
}
