using System.Reflection;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace NodeAgent.Metrics;

/// <summary>The agent of itself: <c>arbiter_agent_*</c>. Families of the state are absent when its loop has not turned for 3 s.</summary>
internal static class AgentFamilies
{
    public static readonly TimeSpan Stuck = TimeSpan.FromSeconds(3);

    public static string Version { get; } =
        typeof(AgentFamilies).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static bool Live(AgentState state, TimeSpan now) => now - state.LastTick <= Stuck;

    public static void Write(MetricText text, MetricsSources sources, AgentState state, TimeSpan? dumpAge, TimeSpan now)
    {
        var counters = sources.Counters;
        text.Gauge("arbiter_agent_build_info", "Always 1: version and node of this agent", 1, ("version", Version), ("node", state.Options.Node.Value));
        var late = now - state.LastTick - AgentCore.TickInterval;
        text.Gauge("arbiter_agent_loop_delay_seconds", "How late the agent's loop is or was since the last health event", Math.Max(0, Math.Max(late.TotalSeconds, state.WorstDelay.TotalSeconds)));
        text.Counter("arbiter_agent_orders_applied_total", "Orders of groups that were obeyed, refreshes included", counters.Applied);
        foreach (var cause in AgentCounters.Causes)
            text.Counter("arbiter_agent_orders_refused_total", "Orders that were verified and not obeyed, by cause", counters.Refused(cause), ("cause", cause));
        text.Counter("arbiter_agent_orders_dropped_total", "Messages that were not taken for orders: bad signature, malformed, not for this node", sources.Dropped());
        foreach (var command in sources.Commands)
            text.Counter("arbiter_agent_command_abandoned_total", "Runs of a command probe given up, because they hung inside the kernel", command.Abandoned, ("check", command.Name));
        if (dumpAge is { } age) text.Gauge("arbiter_agent_keepalived_dump_age_seconds", "Age of the newest dump of keepalived", age.TotalSeconds);
        if (!Live(state, now)) return;

        text.Gauge("arbiter_agent_bus_connected", "1: the link to the broker stands", state.Connected ? 1 : 0);
        text.Gauge("arbiter_agent_tilt_active", "1: the agent stood still a moment ago and acts on local health only", state.Tilted(now) ? 1 : 0);
        Probes(text, state, now);
        Groups(text, counters, state, now);
    }

    private static void Probes(MetricText text, AgentState state, TimeSpan now)
    {
        foreach (var (name, probe) in state.Probes)
            if (probe.State != ProbeState.Unknown)
                text.Gauge("arbiter_agent_check_status", "1: up, 0: down; absent: unknown", probe.State == ProbeState.Up ? 1 : 0, ("check", name));
        foreach (var (name, probe) in state.Probes)
            if (probe.Latency is { } took)
                text.Gauge("arbiter_agent_check_latency_seconds", "How long the newest sample took", took.TotalSeconds, ("check", name));
        foreach (var (name, probe) in state.Probes)
            if (probe.Sample is { } at)
                text.Gauge("arbiter_agent_check_sample_age_seconds", "Since the newest sample began", Math.Max(0, (now - at).TotalSeconds), ("check", name));
    }

    private static void Groups(MetricText text, AgentCounters counters, AgentState state, TimeSpan now)
    {
        void Each(string name, MetricType type, string help, Func<GroupState, double?> value)
        {
            foreach (var (group, s) in state.Groups)
                if (value(s) is { } number) text.Add(name, type, help, number, ("group", group.Value));
        }

        Each("arbiter_agent_control_plane_age_seconds", MetricType.Gauge, "Since the health event that the last accepted order answers; absent: no order yet",
            g => g.Order is { } order ? Math.Max(0, (now - order.NonceAt).TotalSeconds) : null);
        Each("arbiter_agent_order_valid", MetricType.Gauge, "1: an accepted order is valid now", g => g.Order?.IsValid(now) == true ? 1 : 0);
        Each("arbiter_agent_vip_present", MetricType.Gauge, "1: every address of the group is on its interface", g => g.VipPresent ? 1 : 0);
        Each("arbiter_agent_effective_priority", MetricType.Gauge, "Priority as keepalived last said it", g => g.KeepalivedAlive ? g.EffectivePriority : null);
        Each("arbiter_agent_fenced", MetricType.Gauge, "1: a fence stands", g => g.Fence is not null ? 1 : 0);
        Each("arbiter_agent_actuator_failed", MetricType.Gauge, "1: a steering file cannot be written", g => g.ActuatorFault is not null ? 1 : 0);
        foreach (var (group, _) in state.Groups)
        {
            var count = counters.Of(group);
            foreach (var (kind, value) in new[] { ("own", count.OwnFences), ("ordered", count.OrderedFences), ("isolation", count.IsolationFences) })
                text.Counter("arbiter_agent_fences_total", "Fences begun since the agent started, by kind", value, ("group", group.Value), ("kind", kind));
        }
    }
}
