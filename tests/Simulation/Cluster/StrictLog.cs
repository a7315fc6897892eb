using Microsoft.Extensions.Logging;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>Log lines as lines of the story. One with an exception says that production code caught a defect: that breaks P1.</summary>
internal sealed class StrictLog<T>(string who, Action<string>? tell) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => tell is not null || logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null) throw new Broken("P1", $"{who}: {formatter(state, exception)}: {exception}");
        tell?.Invoke($"{who}  {formatter(state, exception)}");
    }

    public void Line(string text) => tell?.Invoke($"{who}  {text}");
}
