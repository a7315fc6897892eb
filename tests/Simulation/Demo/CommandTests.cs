using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Demo.Commands;
using Demo.Scenarios;

namespace Simulation.Demo;

public sealed class CommandTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(60);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("did you mean 'kill-haproxy'?", "--headless", "--scenario", "kill-haproxi")]
    [InlineData("--list names them", "--headless", "--scenario", "earthquake")]
    [InlineData("needs --scenario", "--headless")]
    [InlineData("goes with --headless", "--json")]
    [InlineData("goes with --headless", "--scenario", "kill-haproxy")]
    [InlineData("give 1s to 10m", "--headless", "--scenario", "kill-haproxy", "--timeout", "60")]
    [InlineData("give 1s to 10m", "--headless", "--scenario", "kill-haproxy", "--timeout", "1h")]
    [InlineData("leave --scenario and --headless out", "--list", "--scenario", "split")]
    [InlineData("give an address with a port", "--listen", "8080")]
    [InlineData("give an address with a port", "--listen", "127.0.0.1")]
    [InlineData("try --help", "--hedless")]
    public async Task What_cannot_be_meant_is_said_in_one_line(string said, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(DemoCommand.Usage, await new DemoCommand(output, error).Run(arguments, Stop));
        Assert.Contains(said, Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task The_list_names_every_scenario_with_a_sentence()
    {
        var text = new StringWriter();
        Assert.Equal(DemoCommand.Done, await new DemoCommand(text, text).Run(["--list"], Stop));
        Assert.All(ScenarioList.All, s => Assert.Contains(s.Sentence, text.ToString(), StringComparison.Ordinal));
        var json = new StringWriter();
        Assert.Equal(DemoCommand.Done, await new DemoCommand(json, json).Run(["--list", "--json"], Stop));
        Assert.Equal(ScenarioList.All.Select(s => s.Name), JsonDocument.Parse(json.ToString()).RootElement.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:8080/", "127.0.0.1:8080")]
    [InlineData("localhost:81", "127.0.0.1:81")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    public void An_address_may_be_written_in_the_usual_ways(string text, string place) => Assert.Equal(IPEndPoint.Parse(place), DemoCommand.Listen(text));

    [Fact]
    public async Task A_scenario_without_enough_time_has_not_converged_and_says_what_is_missing()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(DemoCommand.Failed, await new DemoCommand(output, error).Run(["--headless", "--scenario", "kill-haproxy", "--json", "--timeout", "3s"], Stop));
        var result = JsonSerializer.Deserialize(output.ToString(), ScenarioJson.Default.ScenarioResult)!;
        Assert.False(result.Good);
        Assert.Contains($"kill-haproxy did not converge: {result.Missing}", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(result.Story, l => l is { Who: "you", Text: "killed haproxy of lb1" });
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_one_line_that_says_what_to_do()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var demo = DemoRuns.Start("--listen", $"{taken.LocalEndpoint}");
        var (output, error) = (demo.StandardOutput.ReadToEndAsync(Stop), demo.StandardError.ReadToEndAsync(Stop));
        await demo.WaitForExitAsync(Stop).WaitAsync(s_most, Stop);
        Assert.Equal(DemoCommand.Failed, demo.ExitCode);
        Assert.Contains("--listen", Assert.Single((await error).TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(await output);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_it_at_once_and_cleanly(string signal)
    {
        using var demo = DemoRuns.Start("--listen", "127.0.0.1:0");
        try
        {
            Assert.StartsWith("The page is at http://127.0.0.1:", await demo.StandardOutput.ReadLineAsync(Stop), StringComparison.Ordinal);
            Assert.StartsWith("Armed: ", await demo.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(s_most, Stop), StringComparison.Ordinal);
            var clock = Stopwatch.StartNew();
            using var kill = Process.Start("kill", ["-s", signal, $"{demo.Id}"]);
            await demo.WaitForExitAsync(Stop).WaitAsync(s_most, Stop);
            Assert.Equal(DemoCommand.Done, demo.ExitCode);
            Assert.Empty(await demo.StandardError.ReadToEndAsync(Stop));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"it took {clock.Elapsed}");
        }
        finally
        {
            if (!demo.HasExited) demo.Kill();
        }
    }
}
