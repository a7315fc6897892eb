namespace Arbiter.Events;

internal static partial class EventsLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "event plane: connected to {Place}")]
    public static partial void Up(this ILogger log, string place);

    [LoggerMessage(Level = LogLevel.Warning, Message = "event plane: {Reason}; vip.events is not told and verbs are not forwarded until it is back")]
    public static partial void Down(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "event plane: not warmed up: {Reason}")]
    public static partial void NotWarm(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "event plane: an old connection does not end by itself: {Reason}")]
    public static partial void NotClosed(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "verb {Kind} of {Who}: {Outcome}: {Text}")]
    public static partial void Verb(this ILogger log, string kind, string who, VerbOutcome outcome, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "verb {Kind} of {Who} failed")]
    public static partial void VerbFailed(this ILogger log, Exception e, string kind, string who);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a message of the event plane was refused: {Reason} ({Total} in all)")]
    public static partial void Refused(this ILogger log, string reason, long total);

    [LoggerMessage(Level = LogLevel.Warning, Message = "news of topic '{Topic}' are left out: {Reason}")]
    public static partial void NewsLeftOut(this ILogger log, string topic, string reason);
}
