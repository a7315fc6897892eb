using Arbiter.Configuration;

namespace Arbiter.Cli;

/// <summary>What the commands want done by rooms that they do not know. Program.cs hands it over, so each command can be tried without them.</summary>
internal sealed record Rooms
{
    /// <summary>Reads and checks a configuration file; every problem at once.</summary>
    public required Func<string, Loaded> Load { get; init; }

    /// <summary>Serves until the token is cancelled or the process is told to stop.</summary>
    public required Func<ArbiterOptions, ServeSettings, CancellationToken, Task> Serve { get; init; }

    /// <summary>First installation of the register on its empty servers; slow on purpose (the quarantine).</summary>
    public required Func<ArbiterOptions, CancellationToken, Task<Outcome>> Seed { get; init; }

    /// <summary>A new generation of the register without the servers that a person says are gone; slow on purpose too.</summary>
    public required Func<ArbiterOptions, CancellationToken, Task<Outcome>> ForceSeed { get; init; }

    /// <summary>The content of a node's key file, derived from the cluster's key.</summary>
    public required Func<ArbiterOptions, Contracts.Vocabulary.NodeId, string> NodeKey { get; init; }
}

/// <param name="Options">null when the file cannot be used.</param>
/// <param name="Errors">One line each, with file, line and what to do.</param>
/// <param name="Warnings">The same; they stop nothing.</param>
internal sealed record Loaded(ArbiterOptions? Options, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);

/// <param name="Code">An exit code of <see cref="Exit"/>.</param>
internal sealed record Outcome(int Code, string Text);

internal sealed record ServeSettings(bool JsonLog, Serilog.Events.LogEventLevel Level);

/// <summary>What the process answers to its shell.</summary>
internal static class Exit
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Refused = 3;
    public const int Unreachable = 4;
}
