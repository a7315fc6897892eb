using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Contracts.Configuration;
using Demo.Running;
using Demo.Scenarios;

namespace Demo.Commands;

/// <summary>The command line: the page, or one scenario without it. Results to stdout, problems to stderr.</summary>
internal sealed class DemoCommand(TextWriter output, TextWriter error)
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(10);

    private readonly Option<string> _listen = new("--listen") { Description = "Where the page is served, an address with a port.", DefaultValueFactory = _ => "127.0.0.1:8080" };
    private readonly Option<bool> _headless = new("--headless") { Description = "Without the page: play one scenario, print the story and the measured recovery." };
    private readonly Option<string?> _scenario = new("--scenario") { Description = "Which one (--list)." };
    private readonly Option<bool> _list = new("--list") { Description = "Name the scenarios." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON (docs/demo.md)." };
    private readonly Option<string> _timeout = new("--timeout") { Description = "How long a scenario may take, 1s to 10m.", DefaultValueFactory = _ => "60s" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show the arbiters' warnings on stderr." };

    public async Task<int> Run(string[] arguments, CancellationToken stopping)
    {
        var root = new RootCommand("The whole system in one process with nothing installed: real arbiters and agents, simulated nodes, a page to break them on.")
        {
            _listen, _headless, _scenario, _list, _json, _timeout, _verbose,
        };
        root.SetAction((parsed, _) => Act(parsed, stopping));
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0) return Fail(Usage, $"{string.Join("; ", parsed.Errors.Select(e => e.Message))}; try --help");
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stopping);
        }
        catch (DemoError e)
        {
            return Fail(Failed, e.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return parsed.GetValue(_headless) ? Fail(Failed, "interrupted") : Done;
        }
    }

    private async Task<int> Act(ParseResult parsed, CancellationToken stopping)
    {
        var (json, verbose, name) = (parsed.GetValue(_json), parsed.GetValue(_verbose), parsed.GetValue(_scenario));
        if (parsed.GetValue(_list)) return name is null && !parsed.GetValue(_headless) ? List(json) : Fail(Usage, "--list names the scenarios and plays none: leave --scenario and --headless out");
        if (!DurationText.TryParse(parsed.GetValue(_timeout) ?? "", out var within) || within < s_least || within > s_most)
            return Fail(Usage, $"--timeout '{parsed.GetValue(_timeout)}': give 1s to 10m");
        if (parsed.GetValue(_headless))
        {
            if (name is null) return Fail(Usage, "--headless needs --scenario NAME; --list names them");
            return ScenarioList.All.FirstOrDefault(s => s.Name == name) is { } scenario
                ? await new HeadlessRun(output, error, json, verbose).Run(scenario, within, stopping)
                : Fail(Usage, $"there is no scenario '{name}'{Suggestion.For(name, ScenarioList.All.Select(s => s.Name))}; --list names them");
        }
        if (name is not null || json) return Fail(Usage, $"{(json ? "--json" : "--scenario")} goes with --headless");
        if (Listen(parsed.GetValue(_listen) ?? "") is not { } listen)
            return Fail(Usage, $"--listen '{parsed.GetValue(_listen)}': give an address with a port, such as 127.0.0.1:8080");
        return await new PageRun(output, listen, verbose).Run(stopping);
    }

    private int List(bool json)
    {
        if (json)
        {
            ImmutableArray<ScenarioName> names = [.. ScenarioList.All.Select(s => new ScenarioName(s.Name, s.Sentence, [.. s.Expect.Select(e => e.ToString())]))];
            output.WriteLine(JsonSerializer.Serialize(names, ScenarioJson.Default.ImmutableArrayScenarioName));
            return Done;
        }
        var width = ScenarioList.All.Max(s => s.Name.Length);
        foreach (var scenario in ScenarioList.All) output.WriteLine($"{scenario.Name.PadRight(width)}  {scenario.Sentence}");
        return Done;
    }

    /// <param name="text"><c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, also with <c>http://</c> before it.</param>
    internal static IPEndPoint? Listen(string text)
    {
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) text = text["http://".Length..].TrimEnd('/');
        if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)) text = "127.0.0.1" + text["localhost".Length..];
        var colon = text.LastIndexOf(':');
        // the framework takes an address without a port, too
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) && IPEndPoint.TryParse(text, out var listen) && (text[0] == '[' || text.Count(c => c == '.') == 3)
            ? listen
            : null;
    }

    private int Fail(int code, string text)
    {
        error.WriteLine($"demo: {text}");
        return code;
    }
}
