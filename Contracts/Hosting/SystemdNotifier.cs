using System.Globalization;
using System.Net.Sockets;

namespace Contracts.Hosting;

/// <summary>
/// Tells systemd that the service is ready, alive or stopping (sd_notify(3)): one datagram of <c>KEY=VALUE</c> lines to the unix socket
/// named by <c>NOTIFY_SOCKET</c>; a leading '@' means Linux's abstract name space. Outside systemd every call does nothing.
/// A socket that is gone or full is never an error of the service: the answer is false and nothing else happens.
/// </summary>
public sealed class SystemdNotifier : IDisposable
{
    /// <summary>sun_path holds 108 bytes, the last one zero (unix(7)).</summary>
    private const int LongestPath = 107;

    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _to;

    /// <param name="socketPath">The value of <c>NOTIFY_SOCKET</c>; null, empty or no absolute or abstract path: not under systemd.</param>
    /// <param name="watchdogMicroseconds">The value of <c>WATCHDOG_USEC</c>.</param>
    /// <param name="watchdogPid">The value of <c>WATCHDOG_PID</c>; another process's watchdog is not ours to feed.</param>
    public SystemdNotifier(string? socketPath, string? watchdogMicroseconds, string? watchdogPid)
    {
        if (!TryEndPoint(socketPath, out _to)) return;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        var mine = string.IsNullOrEmpty(watchdogPid) || watchdogPid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (mine && long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros > 0)
            Watchdog = TimeSpan.FromMicroseconds(micros);
    }

    /// <summary>From the environment systemd gave this process.</summary>
    public static SystemdNotifier FromEnvironment() => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
        Environment.GetEnvironmentVariable("WATCHDOG_PID"));

    /// <summary>Whether there is somebody to tell.</summary>
    public bool Enabled => _socket is not null;

    /// <summary>systemd kills the service after this long without <see cref="Alive"/>; null = no watchdog. Feed it at least twice as often.</summary>
    public TimeSpan? Watchdog { get; }

    public bool Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    public bool Alive() => Send("WATCHDOG=1");

    public bool Status(string text) => Send($"STATUS={OneLine(text)}");

    public bool Stopping(string why) => Send($"STOPPING=1\nSTATUS={OneLine(why)}");

    public void Dispose() => _socket?.Dispose();

    private bool Send(string text)
    {
        if (_socket is null || _to is null) return false;
        try
        {
            return _socket.SendTo(System.Text.Encoding.UTF8.GetBytes(text), _to) > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    // A line break would start another assignment; systemd shows one line.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static bool TryEndPoint(string? path, out UnixDomainSocketEndPoint? endPoint)
    {
        endPoint = null;
        if (string.IsNullOrEmpty(path) || path.Length < 2 || path[0] is not ('/' or '@')) return false;
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath) return false;
        endPoint = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
        return true;
    }
}
