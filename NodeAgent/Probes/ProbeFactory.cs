using System.Threading.Channels;
using Contracts.Hosting;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Probes;

/// <summary>Makes the probes of an agent. They run when their <see cref="IProbe.Run"/> is called.</summary>
internal static class ProbeFactory
{
    /// <param name="watcher">Shared with everything else that watches processes; outlives the probes.</param>
    /// <exception cref="FormatException">A probe's address or place to listen at cannot be read; the text names the probe.</exception>
    public static IReadOnlyList<IProbe> Create(
        AgentOptions options, ProcessClock clock, ChannelWriter<Input> inputs, PidfdWatcher watcher, TimeProvider? time = null) =>
        [.. options.Probes.Select(probe => Create(probe, clock, inputs, watcher, time ?? TimeProvider.System))];

    /// <summary>One for each group, silent until it is told what to ask.</summary>
    public static IReadOnlyList<IServiceProbe> Services(AgentOptions options, ProcessClock clock, ChannelWriter<Input> inputs, TimeProvider? time = null) =>
        [.. options.Groups.Select(group => new ServiceProbe(group.Group, clock, inputs, time ?? TimeProvider.System))];

    /// <summary>The statistics of that socket: of the probe that reads them most often, or, without one, read whenever they are asked for.</summary>
    public static IHaproxyStats Haproxy(string path, IEnumerable<IProbe> probes, ProcessClock clock) =>
        probes.OfType<HaproxySocketProbe>().Where(p => p.Reads(path)).MinBy(p => p.Interval) ?? (IHaproxyStats)new HaproxyReading(path, clock);

    private static IProbe Create(ProbeOptions probe, ProcessClock clock, ChannelWriter<Input> inputs, PidfdWatcher watcher, TimeProvider time)
    {
        try
        {
            return probe.Kind switch
            {
                "process" => new ProcessProbe(probe, clock, inputs, watcher, time),
                "http" => new HttpProbe(probe, clock, inputs, time),
                "tcp" => new TcpProbe(probe, clock, inputs, time),
                "haproxySocket" => new HaproxySocketProbe(probe, clock, inputs, time),
                "command" => new CommandProbe(probe, clock, inputs, time),
                _ => new PingProbe(probe, clock, inputs, time),
            };
        }
        catch (FormatException error)
        {
            throw new FormatException($"probe {probe.Name}: {error.Message}", error);
        }
    }
}
