using Contracts.Hosting;
using Microsoft.Extensions.Logging;
using NodeAgent.Configuration;

namespace NodeAgent.Metrics;

/// <summary>Puts one scrape together, at the moment it is asked for.</summary>
internal sealed class MetricsRoom(AgentOptions options, ProcessClock clock, MetricsSources sources)
{
    /// <returns>null: metrics are off.</returns>
    public static MetricsServer? Create(AgentOptions options, ProcessClock clock, MetricsSources sources, ILogger<MetricsServer> log) =>
        options.Metrics.Listen.Count == 0 ? null : new MetricsServer(options.Metrics.Listen, new MetricsRoom(options, clock, sources).Render, clock.Time, log);

    public async ValueTask<ReadOnlyMemory<byte>> Render(CancellationToken stopping)
    {
        var text = new MetricText();
        if (sources.Counters.State is null) return text.Written;
        var seen = await sources.Dump.Look(stopping).ConfigureAwait(false);
        var haproxy = options.Metrics.Haproxy == HaproxyFamily.Off ? null : await sources.Haproxy.Newest(stopping).ConfigureAwait(false);
        // after everything that takes time: what is said of the agent is of now
        var (state, now) = (sources.Counters.State, clock.Now);
        if (AgentFamilies.Live(state, now)) KeepalivedFamilies.Write(text, options.Metrics, sources.Counters, state, seen);
        HaproxyFamilies.Write(text, options.Metrics.Haproxy, haproxy, now);
        AgentFamilies.Write(text, sources, state, seen.Age, now);
        return text.Written;
    }
}
