using System.CommandLine;
using System.Threading.Channels;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;
using NodeAgent.Probes;

namespace NodeAgent.Cli;

/// <summary>Each probe once, with its time: what the agent would see from this host.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var config = Commands.Config();
        var command = new Command("probe", "run each probe once and print what it saw and how long it took") { config };
        command.SetAction((parsed, stopping) => Run(parsed.GetValue(config)!, stopping));
        return command;
    }

    private static async Task<int> Run(string path, CancellationToken cancelled)
    {
        if (Commands.Load(path) is not { } options) return Commands.Usage;
        var inbox = Channel.CreateBounded<Input>(AgentLoop.InboxSize);
        using var watcher = new PidfdWatcher();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        stopping.CancelAfter(options.Probes.Max(p => p.Deadline) + TimeSpan.FromSeconds(1));
        var probes = ProbeFactory.Create(options, new MonotonicClock(TimeProvider.System), inbox.Writer, watcher);
        var running = Task.WhenAll(probes.Select(p => p.Run(stopping.Token)));
        var seen = await Collect(options, inbox.Reader, stopping.Token).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        foreach (var sample in seen.Values.OrderBy(s => s.Probe, StringComparer.Ordinal))
            Console.WriteLine($"{sample.Probe,-16} {sample.Result.ToString().ToLowerInvariant(),-8} {sample.Took.TotalMilliseconds,8:0.00} ms  {sample.Target}: {sample.Reason}");
        return seen.Values.All(s => s.Result == SampleResult.Good) ? Commands.Done : Commands.Failed;
    }

    private static async Task<Dictionary<(string, string), Input.ProbeSampled>> Collect(AgentOptions options, ChannelReader<Input> inbox, CancellationToken stopping)
    {
        var expected = options.Probes.Sum(p => Math.Max(1, p.Ping.Count));
        var seen = new Dictionary<(string, string), Input.ProbeSampled>();
        try
        {
            while (seen.Count < expected)
                if (await inbox.ReadAsync(stopping).ConfigureAwait(false) is Input.ProbeSampled sample) seen.TryAdd((sample.Probe, sample.Target), sample);
        }
        catch (OperationCanceledException)
        {
        }
        return seen;
    }
}
