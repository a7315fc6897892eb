using Microsoft.Extensions.Logging;

namespace NodeAgent.Keepalived;

/// <summary>Log lines of the notify FIFO.</summary>
internal static partial class NotifyFifoLog
{
    [LoggerMessage(3001, LogLevel.Error, "Notify FIFO cannot be read, trying each second: {Failure}")]
    public static partial void Failed(ILogger logger, string failure);

    [LoggerMessage(3002, LogLevel.Warning, "Notify FIFO {Path} was removed or replaced; opening the new one. Let it be made before keepalived starts, so that keepalived does not remove it")]
    public static partial void Replaced(ILogger logger, string path);

    [LoggerMessage(3003, LogLevel.Warning, "Notify FIFO {Path} brought something that is no line of keepalived; such lines are skipped, and this is said once")]
    public static partial void Malformed(ILogger logger, string path);

    [LoggerMessage(3004, LogLevel.Warning, "Notify FIFO {Path} brought a state this program does not know; such lines are skipped, and this is said once")]
    public static partial void UnknownState(ILogger logger, string path);
}

/// <summary>Log lines of the address watch.</summary>
internal static partial class AddressWatchLog
{
    [LoggerMessage(3011, LogLevel.Warning, "Netlink lost address messages (overrun); all addresses are read anew")]
    public static partial void Overrun(ILogger logger);

    [LoggerMessage(3012, LogLevel.Error, "Addresses cannot be watched, trying again within 10 s: {Failure}")]
    public static partial void Failed(ILogger logger, string failure);
}
