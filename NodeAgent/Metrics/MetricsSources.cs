using NodeAgent.Keepalived;
using NodeAgent.Probes;

namespace NodeAgent.Metrics;

/// <summary>What a scrape looks at. Nothing of it waits for the agent's loop.</summary>
/// <param name="Dropped">Messages that were not taken for orders.</param>
internal sealed record MetricsSources(AgentCounters Counters, IKeepalivedDump Dump, IHaproxyStats Haproxy, IReadOnlyList<ICommandRuns> Commands, Func<long> Dropped);
