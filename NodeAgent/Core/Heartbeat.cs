using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Tells the arbiter the whole level: at once when something urgent happened (two in 10 ms at most), within 50 ms on any other change,
/// and every heartbeat. Each event carries a new nonce, against which the next order is measured.
/// </summary>
internal static class Heartbeat
{
    /// <summary>Transitions that are told whatever their age; younger ones as many as are kept: a broker, a leader or both may be away for minutes.</summary>
    private const int TransitionsAlways = 16;
    private static readonly TimeSpan s_transitionsFor = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_urgentGap = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(50);

    public static AgentState Send(AgentState state, Turn turn)
    {
        var since = state.PublishedAt == TimeSpan.MinValue ? TimeSpan.MaxValue : turn.Now - state.PublishedAt;
        var urgent = state.Urgent || turn.Urgent;
        var changed = state.Changed || urgent;
        var due = since >= state.Options.Timings.Heartbeat || (changed && since >= s_gap) || (urgent && turn.Now - state.PublishedBefore >= 2 * s_urgentGap);
        if (!due) return state with { Changed = changed, Urgent = urgent };
        var seq = state.Seq + 1;
        turn.Effects.Add(new Effect.PublishHealth(Event(state, seq, turn)));
        return state with
        {
            Seq = seq,
            Nonces = state.Nonces.Add(seq, turn.Now),
            PublishedAt = turn.Now,
            PublishedBefore = state.PublishedAt == TimeSpan.MinValue ? turn.Now - 2 * s_urgentGap : state.PublishedAt,
            Changed = false,
            Urgent = false,
            WorstDelay = TimeSpan.Zero,
        };
    }

    private static HealthEvent Event(AgentState state, long seq, Turn turn) => new()
    {
        V = IMessage.CurrentVersion,
        Cluster = turn.Cluster,
        Node = turn.Self,
        Process = state.Process,
        BootId = state.BootId,
        Seq = seq,
        Nonce = NonceLedger.Format(state.Process, seq),
        LoopDelayMs = (long)state.WorstDelay.TotalMilliseconds,
        TiltMs = state.Tilted(turn.Now) ? Ms(state.TiltUntil - turn.Now) : 0,
        Probes = [.. state.Probes.Values.Select(p => Reading(p, turn.Now))],
        Groups = [.. state.Groups.Values.Select(g => Reading(g, state, turn.Now))],
    };

    private static ProbeReading Reading(ProbeTally probe, TimeSpan now) => new()
    {
        Name = probe.Options.Name,
        Kind = probe.Options.Kind,
        Class = probe.Options.Class,
        State = probe.State,
        Reason = probe.Reason.Length <= 200 ? probe.Reason : probe.Reason[..200],
        SinceMs = Ms(now - probe.Since),
        Misses = probe.Misses,
        FirstMissMs = probe.Misses > 0 ? Ms(now - probe.FirstMiss) : 0,
        Goods = probe.Goods,
        SampleMs = probe.Sample is { } sample ? Ms(now - sample) : -1,
        PreviousSampleMs = probe.PreviousSample is { } previous ? Ms(now - previous) : -1,
        LatencyMs = probe.Latency is { } latency ? Math.Round(Math.Max(0, latency.TotalMilliseconds), 3) : -1,
        IntervalMs = Ms(probe.Options.Interval),
    };

    private static GroupReading Reading(GroupState group, AgentState state, TimeSpan now) => new()
    {
        Group = group.Name,
        Role = group.Role,
        RoleMs = Ms(now - group.RoleSince),
        VipPresent = group.VipPresent,
        KeepalivedAlive = group.KeepalivedAlive,
        EffectivePriority = Priorities.Told(group),
        Base = group.Options.Base,
        Fenced = group.Fence is not null,
        Steered = group.Steered,
        Health = group.Health,
        HealthyMs = group.HealthySince is { } since ? Math.Max(1, Ms(now - since)) : 0,
        Generation = group.Applied.Generation,
        Term = group.Order?.Term ?? group.Saved?.Term ?? 0,
        Epoch = group.Applied.Epoch,
        Ordered = group.Order?.Role,
        Pending = (group.Order?.Role == OrderedRole.Holder && group.Steered != SteeredRole.Holder) || Priorities.Rises(group, now),
        Fault = Fault(group),
        Steering = group.Options.DownFile is null ? SteeringKind.TrackFiles : SteeringKind.DownFile,
        Service = ServiceWatch.Reading(group, now),
        Transitions = [.. group.Transitions.Where((t, i) => i >= group.Transitions.Length - TransitionsAlways || now - t.At <= s_transitionsFor).Select(t => new RoleTransition(state.BootId, t.Counter, t.Role, Ms(now - t.At)))],
    };

    private static string? Fault(GroupState group)
    {
        var fault = group.ActuatorFault ?? group.PersistFault;
        return fault is null || fault.Length <= 200 ? fault : fault[..200];
    }

    private static long Ms(TimeSpan span) => Math.Max(0, (long)span.TotalMilliseconds);
}
