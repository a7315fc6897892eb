using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Formatting.Compact;

namespace NodeAgent;

/// <summary>The agent's log: standard output, for journald; plain lines or compact JSON. Scalars only, because reflection does not survive AOT.</summary>
internal static partial class AgentLog
{
    public static ILoggerFactory Create(bool json)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Information();
        var logger = json
            ? configuration.WriteTo.Console(new RenderedCompactJsonFormatter()).CreateLogger()
            : configuration.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}").CreateLogger();
        return LoggerFactory.Create(logging => logging.AddSerilog(logger, dispose: true));
    }

    [LoggerMessage(2001, LogLevel.Error, "key: {Problem}", EventName = nameof(BadKey))]
    public static partial void BadKey(Microsoft.Extensions.Logging.ILogger log, string problem);

    [LoggerMessage(2002, LogLevel.Warning, "what was obeyed before is not known ({Reason}): the first order with a fresh nonce is taken", EventName = nameof(NothingObeyed))]
    public static partial void NothingObeyed(Microsoft.Extensions.Logging.ILogger log, string reason);

    [LoggerMessage(2004, LogLevel.Error, "{Room} ended by itself; without it this agent would be blind, so it stops and waits to be started anew. Report this as a defect", EventName = nameof(RoomEnded))]
    public static partial void RoomEnded(Microsoft.Extensions.Logging.ILogger log, Exception? error, string room);

    [LoggerMessage(2006, LogLevel.Error, "{Room} failed and is begun anew in 10 s; health does not depend on it. Report this as a defect", EventName = nameof(SideFailed))]
    public static partial void SideFailed(Microsoft.Extensions.Logging.ILogger log, Exception error, string room);

    [LoggerMessage(2003, LogLevel.Error, "{Problem}", EventName = nameof(FifoFailed))]
    public static partial void FifoFailed(Microsoft.Extensions.Logging.ILogger log, string problem);
}
