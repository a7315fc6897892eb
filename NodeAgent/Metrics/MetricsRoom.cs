using Microsoft.Extensions.Logging;
using NodeAgent.Configuration;
using NodeAgent.Keepalived;

namespace NodeAgent.Metrics;

/// <summary>Puts one scrape together, at the moment it is asked for.</summary>
internal sealed class MetricsRoom(
    AgentOptions options, AgentCounters counters, MonotonicClock clock, IKeepalivedDump dump, IHaproxyStatistics haproxy, Func<long> dropped)
{
    /// <returns>null: metrics are off.</returns>
    public static MetricsServer? Create(
        AgentOptions options, AgentCounters counters, MonotonicClock clock, IKeepalivedDump dump, Func<long> dropped, TimeProvider time, ILogger<MetricsServer> log)
    {
        if (options.Metrics.Listen.Count == 0) return null;
        var room = new MetricsRoom(options, counters, clock, dump, new HaproxySocket(options.Metrics.HaproxySocket), dropped);
        return new MetricsServer(options.Metrics.Listen, room.Render, time, log);
    }

    public async ValueTask<ReadOnlyMemory<byte>> Render(CancellationToken stopping)
    {
        var text = new MetricText();
        if (counters.State is null) return text.Written;
        var seen = await dump.Look(stopping).ConfigureAwait(false);
        var rows = options.Metrics.Haproxy == HaproxyFamily.Off ? null : await haproxy.Rows(stopping).ConfigureAwait(false);
        // after everything that takes time: what is said of the agent is of now
        var (state, now) = (counters.State, clock.Now);
        if (AgentFamilies.Live(state, now)) KeepalivedFamilies.Write(text, options.Metrics, counters, state, seen);
        HaproxyFamilies.Write(text, options.Metrics.Haproxy, rows);
        AgentFamilies.Write(text, counters, state, seen.Age, dropped(), now);
        return text.Written;
    }
}
