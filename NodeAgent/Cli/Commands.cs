using System.CommandLine;
using Contracts.Configuration;
using NodeAgent.Configuration;

namespace NodeAgent.Cli;

/// <summary>What the commands share. Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 refused.</summary>
internal static class Commands
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Refused = 3;

    public static Option<string> Config() => new("--config")
    {
        Description = "the agent's configuration file",
        DefaultValueFactory = _ => "/etc/arbiter/agent.yaml",
    };

    /// <summary>Reads the configuration and prints every problem of it at once.</summary>
    /// <returns>null when it has errors.</returns>
    public static AgentOptions? Load(string path) => Load(path, Console.Error, out _);

    /// <param name="warnings">How many it has; they stop nothing.</param>
    public static AgentOptions? Load(string path, TextWriter error, out int warnings)
    {
        var result = AgentConfiguration.Load(path, ConfigurationEnvironment.OfProcess());
        error.Write(result.Print());
        warnings = result.Warnings.Count;
        if (result.Ok) return result.Options;
        error.WriteLine($"arbiter-agent: {Counted.Text(result.Errors.Count, warnings)} in {path}; nothing was started");
        return null;
    }

    public static int ExitCode(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return parsed.Invoke();
        foreach (var error in parsed.Errors) Console.Error.WriteLine($"arbiter-agent: {error.Message}");
        Console.Error.WriteLine("Try 'arbiter-agent --help'.");
        return Usage;
    }
}
