using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Arbiter.Api;
using Arbiter.Configuration;
using Contracts.Configuration;
using Contracts.Vocabulary;
using Serilog.Events;

namespace Arbiter.Cli;

/// <summary>The command line. Results to stdout, problems to stderr, what happened as exit code.</summary>
internal sealed class Commands(Rooms rooms, Terminal terminal, string? arbiterUrl)
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    public async Task<int> Run(string[] arguments, CancellationToken stopping)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) terminal.Fail(Exit.Usage, Terminal.Clean(error.Message));
            return terminal.Fail(Exit.Usage, "try --help");
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, stopping);
        }
        catch (CliException e)
        {
            return terminal.Fail(e.Code, e.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Exit.Done;
        }
    }

    private RootCommand Root()
    {
        var root = new RootCommand("Decides which node holds each virtual IP address, records it in a majority of servers, and only then orders it.");
        root.Subcommands.Add(Serve());
        root.Subcommands.Add(Check());
        root.Subcommands.Add(Status());
        root.Subcommands.Add(PastCommands.History(terminal, arbiterUrl, TimeProvider.System));
        root.Subcommands.Add(PastCommands.Explain(terminal, arbiterUrl));
        root.Subcommands.Add(Quorum());
        root.Subcommands.Add(NotificationCommands.Build(terminal, arbiterUrl));
        root.Subcommands.Add(Key());
        var version = new Command("version", "Print the version.");
        version.SetAction(_ => terminal.Out.WriteLine($"arbiter {Version()}"));
        root.Subcommands.Add(version);
        return root;
    }

    private Command Serve()
    {
        var config = Config();
        var json = new Option<bool>("--json-log") { Description = "Log one compact JSON object a line." };
        var level = new Option<LogEventLevel>("--log-level") { Description = "Least level to log.", DefaultValueFactory = _ => LogEventLevel.Information };
        var command = new Command("serve", "Run a replica.") { config, json, level };
        command.SetAction(async (parsed, stopping) =>
        {
            await rooms.Serve(Load(parsed.GetRequiredValue(config)), new ServeSettings(parsed.GetValue(json), parsed.GetValue(level)), stopping);
            return Exit.Done;
        });
        return command;
    }

    private Command Check()
    {
        var config = Config();
        var command = new Command("check", "Check a configuration file and name every problem at once.") { config };
        command.SetAction(parsed =>
        {
            var options = Load(parsed.GetRequiredValue(config), out var warnings);
            terminal.Out.WriteLine($"{terminal.Paint("ok", Tone.Good)}  cluster {options.Cluster}, {options.Groups.Count} group(s), {options.Quorum.Redis.Count} register server(s), listens on {options.HttpListen}"
                + (warnings == 0 ? "" : $"; {Counted.Text(0, warnings)}"));
            return Exit.Done;
        });
        return command;
    }

    private Command Status()
    {
        var watch = new Option<bool>("--watch") { Description = "Again each second, until Ctrl-C." };
        var json = Json();
        var command = new Command("status", "Who holds what, and whether all is well. Asks the arbiter at ARBITER_URL.") { watch, json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            using var timer = new PeriodicTimer(WatchEvery);
            do
            {
                var now = await api.Get("api/v1/status", ApiJson.Default.Overview, stopping);
                if (parsed.GetValue(json))
                    terminal.Out.WriteLine(JsonSerializer.Serialize(now, ApiJson.Default.Overview));
                else
                {
                    if (parsed.GetValue(watch) && terminal.Colour) terminal.Out.Write("\e[H\e[2J");
                    StatusText.Write(terminal, now);
                }
                await terminal.Out.FlushAsync(stopping);
            }
            while (parsed.GetValue(watch) && await timer.WaitForNextTickAsync(stopping));
            return Exit.Done;
        });
        return command;
    }

    private Command Quorum()
    {
        var json = Json();
        var command = new Command("quorum", "Which servers hold the register and who leads. Asks the arbiter at ARBITER_URL.") { json };
        command.SetAction(async (parsed, stopping) =>
        {
            using var api = new ApiClient(arbiterUrl);
            var quorum = await api.Get("api/v1/quorum", ApiJson.Default.QuorumView, stopping);
            if (parsed.GetValue(json)) terminal.Out.WriteLine(JsonSerializer.Serialize(quorum, ApiJson.Default.QuorumView));
            else StatusText.Write(terminal, quorum);
            return Exit.Done;
        });

        var config = Config();
        var seed = new Command("seed", "First installation: write an empty register to all servers. Refuses when any has one or is away.") { config };
        seed.SetAction(async (parsed, stopping) =>
        {
            var options = Load(parsed.GetRequiredValue(config));
            terminal.Error.WriteLine($"arbiter: seeding {options.Quorum.Redis.Count} servers; this waits about {options.Quorum.TakeoverWait.TotalSeconds:0} s on purpose");
            var outcome = await rooms.Seed(options, stopping);
            if (outcome.Code != Exit.Done) return terminal.Fail(outcome.Code, outcome.Text);
            terminal.Out.WriteLine(outcome.Text);
            return Exit.Done;
        });
        command.Subcommands.Add(seed);
        command.Subcommands.Add(ForceSeed());
        return command;
    }

    private Command ForceSeed()
    {
        var config = Config();
        var sure = new Option<bool>("--i-know-the-missing-servers-are-gone") { Description = "They will not come back with their memory. Without this nothing is done." };
        var command = new Command("force-seed", "Last resort: go on without servers that are gone for good, with a new generation of what the others hold.") { config, sure };
        command.SetAction(async (parsed, stopping) =>
        {
            var options = Load(parsed.GetRequiredValue(config));
            if (!parsed.GetValue(sure))
                return terminal.Fail(Exit.Usage, "force-seed gives up whatever only the missing servers hold, and two generations may be believed in at once should one be alive: "
                    + "if you are sure that they are gone for good, say --i-know-the-missing-servers-are-gone");
            var outcome = await rooms.ForceSeed(options, stopping);
            if (outcome.Code != Exit.Done) return terminal.Fail(outcome.Code, outcome.Text);
            terminal.Out.WriteLine(outcome.Text);
            return Exit.Done;
        });
        return command;
    }

    private Command Key()
    {
        var node = new Argument<string>("NODE") { Description = "The node's name as in arbiter.yaml." };
        var config = Config();
        var command = new Command("key", "Print the content of a node's key file (/etc/arbiter/node.key on that node). Keep it secret.") { node, config };
        command.SetAction(parsed =>
        {
            if (!NodeId.TryParse(parsed.GetRequiredValue(node), out var id))
                return terminal.Fail(Exit.Usage, $"'{Terminal.Clean(parsed.GetRequiredValue(node))}' is no node name: {Names.Rule}");
            var options = Load(parsed.GetRequiredValue(config));
            if (!options.Groups.Any(g => g.Members.Any(m => m.Node == id)))
                terminal.Error.WriteLine($"arbiter: note: no group of this configuration has a member {id}");
            terminal.Out.WriteLine(rooms.NodeKey(options, id));
            return Exit.Done;
        });
        return command;
    }

    private ArbiterOptions Load(string file) => Load(file, out _);

    private ArbiterOptions Load(string file, out int warnings)
    {
        var loaded = rooms.Load(file);
        foreach (var error in loaded.Errors) terminal.Error.WriteLine(Terminal.Clean(error));
        foreach (var warning in loaded.Warnings) terminal.Error.WriteLine($"warning: {Terminal.Clean(warning)}");
        warnings = loaded.Warnings.Count;
        if (loaded.Options is { } options) return options;
        throw new CliException(Exit.Failed, $"{Counted.Text(loaded.Errors.Count, warnings)} in {Terminal.Clean(file)}; nothing was started");
    }

    private static Option<string> Config() => new("--config") { Description = "The configuration file, /etc/arbiter/arbiter.yaml.", Required = true };

    private static Option<bool> Json() => new("--json") { Description = "As JSON (docs/api.md)." };

    private static string Version() =>
        typeof(Commands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
