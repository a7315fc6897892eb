using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Demo.Scenarios;

namespace Simulation.Demo;

/// <summary>Every scenario of the demo in a process of its own, some at a time, each begun once; at the end a table of what was measured.</summary>
public sealed class DemoRuns : IDisposable
{
    private const int AtATime = 6;
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(6);

    private readonly SemaphoreSlim _places = new(AtATime);
    private readonly CancellationTokenSource _end = new(s_most);
    private readonly ConcurrentBag<(ScenarioResult Result, TimeSpan Took)> _results = [];
    private readonly Dictionary<string, Task<Run>> _runs;

    /// <summary>The longest first, so that none is left alone at the end.</summary>
    public DemoRuns() => _runs = ScenarioList.All.OrderByDescending(s => s.Steps.OfType<Step.Wait>().Sum(w => w.For.TotalSeconds)).ToDictionary(s => s.Name, s => Play(s.Name));

    internal sealed record Run(int Code, ScenarioResult? Result, string Said);

    internal Task<Run> Of(string scenario) => _runs[scenario];

    internal static (int Code, string Output, string Error) Ask(params string[] arguments)
    {
        using var demo = Start(arguments);
        var error = demo.StandardError.ReadToEndAsync();
        var output = demo.StandardOutput.ReadToEnd();
        demo.WaitForExit();
        return (demo.ExitCode, output, error.Result);
    }

    internal static Process Start(params string[] arguments) => Process.Start(
        // who runs the tests in the background has SIGINT ignored, and hands that down: env(1) gives it back
        new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "demo"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private async Task<Run> Play(string scenario)
    {
        await _places.WaitAsync(_end.Token);
        try
        {
            var clock = Stopwatch.StartNew();
            using var demo = Start("--headless", "--scenario", scenario, "--json", "--timeout", "90s");
            try
            {
                var (output, error) = (demo.StandardOutput.ReadToEndAsync(_end.Token), demo.StandardError.ReadToEndAsync(_end.Token));
                await demo.WaitForExitAsync(_end.Token);
                var (json, said) = (await output, await error);
                var result = json.Length == 0 ? null : JsonSerializer.Deserialize(json, ScenarioJson.Default.ScenarioResult);
                if (result is not null) _results.Add((result, clock.Elapsed));
                return new Run(demo.ExitCode, result, $"{said}\n{Story(result)}");
            }
            finally
            {
                if (!demo.HasExited) demo.Kill();
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private static string Story(ScenarioResult? result) => string.Join('\n', result?.Story.Select(l => $"{l.AtMs / 1000,8:0.000} {l.Who,-8} {l.Text}") ?? []);

    public void Dispose()
    {
        _end.Cancel();
        var table = new StringBuilder("\n| scenario | moves | away (longest) | back after | armed again after | in all |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var (result, took) in _results.OrderBy(r => r.Result.Scenario, StringComparer.Ordinal))
        {
            string Both(Func<GroupResult, string> figure) => string.Join(", ", result.Groups.Select(g => $"{g.Group} {figure(g)}"));
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {result.Scenario} | {Both(g => $"{g.Moves}")} | {Both(g => Ms(g.LongestOutageMs))} | {Both(g => g.BackMs is { } back ? Ms(back) : "-")} | {(result.ArmedMs is { } armed ? Ms(armed) : "never")} | {took.TotalSeconds:0.0} s |");
        }
        Console.WriteLine(table);
        _places.Dispose();
        _end.Dispose();
    }

    private static string Ms(double ms) => ms == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms");
}
