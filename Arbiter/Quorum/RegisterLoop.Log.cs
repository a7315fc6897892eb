namespace Arbiter.Quorum;

internal sealed partial class RegisterLoop
{
    [LoggerMessage(3000, LogLevel.Information, "Register: {State}: {Reason}")]
    private partial void LogState(RegisterState state, string reason);

    [LoggerMessage(3001, LogLevel.Information, "Register: {Text}")]
    private partial void LogInformation(string text);

    [LoggerMessage(3002, LogLevel.Warning, "Register: {Text}")]
    private partial void LogWarning(string text);

    [LoggerMessage(3003, LogLevel.Warning, "Redis {Address}: {Before} -> {After} {Detail}")]
    private partial void LogAcceptor(string address, string before, string after, string detail);

    [LoggerMessage(3004, LogLevel.Error, "Redis {Address}: the adapter failed")]
    private partial void LogAcceptorFailed(Exception error, string address);

    [LoggerMessage(3005, LogLevel.Warning, "Register: ended at once, without giving the lease back")]
    private partial void LogKilled();

    [LoggerMessage(3006, LogLevel.Error, "Register: a reader of the outbox failed; report this as a defect")]
    private partial void LogWatcherFailed(Exception error);
}
