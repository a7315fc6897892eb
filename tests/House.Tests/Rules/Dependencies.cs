using System.Text.RegularExpressions;

namespace House.Tests.Rules;

/// <summary>
/// Who may depend on whom (docs/architecture.md). A row is a folder, the namespaces that may be named in it besides its own and the
/// framework's pure part, and whether it is pure: no clock, no input or output, no task, no package.
/// </summary>
internal static partial class Dependencies
{
    internal sealed record Row(string Folder, string[] May, bool Pure = false);

    private static readonly string[] Vocabulary = ["Contracts.Vocabulary"];
    private static readonly string[] Messages = [.. Vocabulary, "Contracts.Messages"];

    public static readonly IReadOnlyList<Row> Table =
    [
        new("Contracts/Vocabulary", Vocabulary, Pure: true),
        new("Contracts/Messages", Messages, Pure: true),
        // signing works on the envelope, which is a value of the link's port
        new("Contracts/Wire", [.. Messages, "Contracts.Wire", "Contracts.Bus"]),
        new("Contracts/Hosting", ["Contracts.Hosting"]),
        new("Contracts/Configuration", [.. Vocabulary, "Contracts.Configuration", "YamlDotNet"]),
        new("Contracts/Bus", [.. Messages, "Contracts.Wire", "Contracts.Bus", "RabbitMQ"]),
        new("Arbiter/Core", [.. Messages, "Arbiter.Core"], Pure: true),
        new("NodeAgent/Core", [.. Messages, "NodeAgent.Core", "NodeAgent.Configuration"], Pure: true),
        // the deliveries' core: what the register and the options say are values to it
        new("Arbiter/Notifications/Delivery", [.. Messages, "Arbiter.Core", "Arbiter.Configuration", "Arbiter.Quorum", "Arbiter.Notifications"], Pure: true),
        // what a simulated host runs is the agent, and nothing of the arbiter
        new("compose/world", ["Contracts", "NodeAgent", "World", "Microsoft.Extensions"]),
        new("Arbiter", ["Contracts", "Arbiter", "Microsoft.AspNetCore", "Microsoft.Extensions"]),
        new("NodeAgent", ["Contracts", "NodeAgent", "Microsoft.Extensions"]),
        // the agents of the demo live in the world, and only there
        new("compose/demo", ["Contracts", "Arbiter", "World", "Demo", "Microsoft.AspNetCore", "Microsoft.Extensions"]),
        // keepalived's rules know neither time nor host; of the agent's they know the words of the notify FIFO
        new("compose/world/Vrrp/Instance", [.. Vocabulary, "NodeAgent.Core", "World.Vrrp"], Pure: true),
        new("compose/world/Vrrp", [.. Vocabulary, "NodeAgent.Core", "World.Vrrp", "World.Time"]),
    ];

    /// <summary>Outside libraries and the only folders that may use them.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Homes = new Dictionary<string, string[]>
    {
        ["RabbitMQ"] = ["Contracts/Bus"],
        ["YamlDotNet"] = ["Contracts/Configuration"],
        ["MassTransit"] = ["Arbiter/Events/Plane"],
        ["StackExchange"] = ["Arbiter/Quorum", "Arbiter/History", "Arbiter/Hosting/RedisConnection.cs"],
        ["System.CommandLine"] = ["Arbiter/Cli", "Arbiter/Program.cs", "NodeAgent/Cli", "NodeAgent/Commands", "NodeAgent/Program.cs", "compose/demo/Commands"],
        ["Quartz"] = ["Arbiter/Schedules", "Arbiter/Configuration/Timetable.cs"],
        ["Serilog"] = ["Arbiter/Hosting", "Arbiter/Cli", "Arbiter/Program.cs", "NodeAgent"],
        ["Microsoft.AspNetCore"] = ["Arbiter/Api", "Arbiter/Dashboard", "Arbiter/Telemetry", "Arbiter/Program.cs", "compose/demo/Page", "compose/demo/Running", "compose/demo/Replicas"],
        ["Yarp"] = ["compose/demo/Page"],
        ["OpenTelemetry"] = ["Arbiter/Telemetry"],
    };

    /// <summary>What time, the outside world and the thread pool are called; a pure folder names none of them.</summary>
    private static readonly string[] Impure =
    [
        "Task", "ValueTask", "Thread", "Timer", "PeriodicTimer", "TimeProvider", "Stopwatch", "Channel", "CancellationToken", "FileStream",
        "Socket", "ILogger", "IServiceProvider", "HttpClient", "Random", "async", "await", "lock", "Monitor", "Interlocked",
    ];

    /// <summary>The same for classes whose names are also good names of a member: found where something of theirs is called.</summary>
    private static readonly string[] ImpureCalls = ["File", "Directory", "Process", "Console", "Environment"];

    private static readonly string[] PureFramework = ["System", "System.Collections", "System.Diagnostics.CodeAnalysis", "System.Globalization", "System.Linq", "System.Numerics", "System.Text", "System.Runtime", "System.Buffers", "System.Security.Cryptography"];

    public static IEnumerable<string> Check(Source source)
    {
        if (RowOf(source.File) is not { } row) yield break;
        foreach (var name in source.Usings.Concat(Qualified().Matches(source.Code).Select(m => m.Value)).Distinct())
        {
            if (Homes.FirstOrDefault(h => Inside(name, h.Key)) is { Key: { } library, Value: var homes })
            {
                if (!homes.Any(h => IsUnder(source.File, h))) yield return $"{source.File} uses {name}: {library} belongs to {string.Join(", ", homes)}";
                continue;
            }
            if (row.May.Any(m => Inside(name, m))) continue;
            var framework = name.StartsWith("System", StringComparison.Ordinal);
            if (framework && (!row.Pure || PureFramework.Any(p => name == p || (p != "System" && Inside(name, p))))) continue;
            yield return $"{source.File} uses {name}: {row.Folder} may use {string.Join(", ", row.May)} and {(row.Pure ? "the pure part of the framework" : "the framework")}";
        }
        if (!row.Pure) yield break;
        foreach (var word in Impure)
            if (source.Names(word)) yield return $"{source.File} names {word}: {row.Folder} is pure (no clock, no input or output, no task)";
        foreach (var type in ImpureCalls)
            if (Regex.IsMatch(source.Code, $@"(?<![\w.]){type}\.\w")) yield return $"{source.File} calls {type}: {row.Folder} is pure (no clock, no input or output, no task)";
    }

    private static Row? RowOf(string file) =>
        Table.Where(r => IsUnder(file, r.Folder)).MaxBy(r => r.Folder.Length);

    private static bool IsUnder(string file, string folder) => file == folder || file.StartsWith(folder + "/", StringComparison.Ordinal);

    private static bool Inside(string name, string space) => name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    // names written out in the code; members of a type named like a room ("Order.Role") do not start with one of these
    [GeneratedRegex(@"(?<![\w.])(?:Contracts|Arbiter|NodeAgent|OpenTelemetry|RabbitMQ|MassTransit|StackExchange|YamlDotNet|Serilog|Microsoft|System)(?:\.[A-Z]\w*)+(?=\.|\W)")]
    private static partial Regex Qualified();
}
