using System.CommandLine;
using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;
using NodeAgent.Persistence;
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
        var probes = ProbeFactory.Create(options, new ProcessClock(TimeProvider.System), inbox.Writer, watcher);
        var running = Task.WhenAll(probes.Select(p => p.Run(stopping.Token)));
        var seen = await Collect(options, inbox.Reader, stopping.Token).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        foreach (var sample in seen.Values.OrderBy(s => s.Probe, StringComparer.Ordinal))
            Print(sample.Probe, sample.Result, sample.Took, $"{sample.Target}: {sample.Reason}");
        var silent = options.Probes.Where(p => seen.Values.All(s => s.Probe != p.Name)).ToList();
        foreach (var probe in silent) Console.WriteLine($"{probe.Name,-16} silent               {probe.Target}: no result within {probe.Deadline.TotalSeconds:0.0} s and a second");
        var served = await Services(options, cancelled).ConfigureAwait(false);
        return served && silent.Count == 0 && seen.Values.All(s => s.Result == SampleResult.Good) ? Commands.Done : Commands.Failed;
    }

    /// <summary>The services behind the VIPs that orders have named, as far as they are asked from here.</summary>
    private static async Task<bool> Services(AgentOptions options, CancellationToken cancelled)
    {
        var (_, present) = ReleaseCommand.Look(options);
        var obeyed = new ObeyedStore(options.StateDirectory).Peek();
        var clock = new ProcessClock(TimeProvider.System);
        var good = true;
        foreach (var group in options.Groups)
        {
            if (obeyed?.GetValueOrDefault(group.Group)?.Policy.Service is not { } text) continue;
            var (address, problem) = ServiceAddress.Read(text, group.Vips);
            var name = $"service of {group.Group}";
            if (address is null) Console.WriteLine($"{name,-16} refused              {text} {problem}");
            else if (present.GetValueOrDefault(group.Group)) Console.WriteLine($"{name,-16} not asked            {text}: the VIP is on this host");
            else
            {
                var began = clock.Now;
                var (result, reason) = await ServiceProbe.Of(address, TimeProvider.System).Ask(cancelled).ConfigureAwait(false);
                Print(name, result, clock.Now - began, $"{text}: {reason}");
                good &= result == SampleResult.Good;
            }
        }
        return good;
    }

    private static void Print(string name, SampleResult result, TimeSpan took, string text) =>
        Console.WriteLine($"{name,-16} {result.ToString().ToLowerInvariant(),-8} {took.TotalMilliseconds,8:0.00} ms  {text}");

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
