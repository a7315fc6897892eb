using System.Globalization;
using System.Text.Json;
using Demo.Running;
using Demo.Scenarios;

namespace Demo.Commands;

/// <summary>One scenario without the page.</summary>
internal sealed class HeadlessRun(TextWriter output, TextWriter error, bool json, bool verbose)
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(2);

    public async Task<int> Run(Scenario scenario, TimeSpan within, CancellationToken stopping)
    {
        await using var arena = new Arena(TimeProvider.System, verbose);
        await arena.Start(s_start, stopping);
        if (!json)
        {
            output.WriteLine($"{scenario.Name}: {scenario.Sentence}");
            var begun = arena.Story.Now;
            arena.Story.Said += line => output.WriteLine($"{Seconds((line.At - begun).TotalMilliseconds),9}  {line.Who,-8} {line.Text}");
        }
        var result = await new ScenarioRun(arena, scenario).Play(within, stopping);
        if (json) output.WriteLine(JsonSerializer.Serialize(result, ScenarioJson.Default.ScenarioResult));
        else Print(result);
        if (result.Missing is { } missing) error.WriteLine($"demo: {scenario.Name} did not converge: {missing}");
        foreach (var unmet in result.Unmet) error.WriteLine($"demo: {scenario.Name}: {unmet}");
        return result.Good ? DemoCommand.Done : DemoCommand.Failed;
    }

    private void Print(ScenarioResult result)
    {
        output.WriteLine();
        foreach (var g in result.Groups)
        {
            var away = g.Outages == 0 ? "never away" : string.Create(CultureInfo.InvariantCulture, $"away {g.LongestOutageMs:0.#} ms{(g.Outages > 1 ? $" at the longest, {g.TotalOutageMs:0.#} ms in {g.Outages} outages" : "")}, back {g.BackMs:0.#} ms after what caused it");
            output.WriteLine($"{g.Group}: {(g.Moves == 1 ? "1 move" : $"{g.Moves} moves")}, {away}; on {g.Holder}");
        }
        if (result.ArmedMs is { } armed) output.WriteLine($"armed again {Seconds(armed)} after the last thing was mended");
    }

    private static string Seconds(double ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.000} s");
}
