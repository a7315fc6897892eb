namespace Arbiter.Events.Plane;

/// <summary>
/// What MassTransit logs, at debug level whatever it thinks of it: it writes a stack for each failed attempt and each bad message.
/// Changes of the connection are told by <see cref="PlaneKeeper"/>, one line each.
/// </summary>
internal sealed class QuietLog(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quiet(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    private sealed class Quiet(ILogger log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => log.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(LogLevel.Debug);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Log(LogLevel.Debug, eventId, state, exception, formatter);
    }
}
