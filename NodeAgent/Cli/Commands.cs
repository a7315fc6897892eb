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
    public static AgentOptions? Load(string path)
    {
        var result = AgentConfiguration.Load(path, ConfigurationEnvironment.OfProcess());
        var text = result.Print();
        if (text.Length > 0) Console.Error.Write(text);
        return result.Ok ? result.Options : null;
    }

    public static int ExitCode(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return parsed.Invoke();
        foreach (var error in parsed.Errors) Console.Error.WriteLine($"arbiter-agent: {error.Message}");
        Console.Error.WriteLine("Try 'arbiter-agent --help'.");
        return Usage;
    }
}
