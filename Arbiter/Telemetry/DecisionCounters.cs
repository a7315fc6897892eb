using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Telemetry;

/// <summary>Counts what happened between two steps of a group: moves recorded, moves held back, orders refused, and how long a move took.</summary>
internal sealed class DecisionCounters : IStepWitness
{
    private static readonly double[] s_buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Counter<long> _transitions;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _convergence;
    private readonly ConcurrentDictionary<GroupName, GroupState> _before = new();
    private readonly ConcurrentDictionary<GroupName, Converging> _converging = new();

    /// <param name="Holder">The holder when it was last the only MASTER.</param>
    /// <param name="Since">Since when it is not; null = it is.</param>
    private sealed record Converging(NodeId? Holder, TimeSpan? Since);

    public DecisionCounters(Meter meter, ArbiterOptions options)
    {
        _transitions = meter.CreateCounter<long>("vip_transitions", description: "Holders recorded while this replica led, by why and on whose word");
        _suppressed = meter.CreateCounter<long>("vip_decision_suppressed", description: "Times this leader began to hold back a move it would have made, by cause");
        _refused = meter.CreateCounter<long>("vip_orders_refused", description: "Answers of agents that an order was not obeyed, by cause");
        _convergence = meter.CreateHistogram(
            "vip_convergence_seconds", unit: null, description: "From the first sign that the holder is not the only MASTER until the newly recorded holder is, as this leader saw it",
            tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_buckets });
        // a counter that appears with its first event looks to rate() as if nothing had happened
        foreach (var group in options.Groups.Select(g => g.Name.Value))
        {
            foreach (var reason in Causes.UsualReasons) _transitions.Add(0, Of("group", group), Of("reason", reason), Of("kind", Causes.Kind(reason)));
            foreach (var cause in Causes.Suppressions) _suppressed.Add(0, Of("group", group), Of("cause", cause));
        }
        foreach (var cause in Causes.Refusals) _refused.Add(0, Of("cause", cause));
    }

    private static KeyValuePair<string, object?> Of(string key, string value) => new(key, value);

    public void Saw(Input input, Step step)
    {
        var (group, now) = (step.State.Rules.Group, step.State);
        // before anything was seen nothing was recorded, held back or led
        var before = _before.GetValueOrDefault(group) ?? GroupState.Start(now.Rules);
        _before[group] = now;
        if (now.Leading && before.Leading && now.Assignment is { } recorded && recorded.Epoch > (before.Assignment?.Epoch ?? 0))
        {
            var reason = Causes.Reason(recorded.Reason);
            _transitions.Add(1, Of("group", group.Value), Of("reason", reason), Of("kind", Causes.Kind(reason)));
        }
        if (now.Leading && Causes.Suppression(step.Decision) is { } cause && Causes.Suppression(before.Decision) != cause)
            _suppressed.Add(1, Of("group", group.Value), Of("cause", cause));
        if (input is Input.OrderAnswered { Result.Outcome: OrderOutcome.Stale or OrderOutcome.Refused } answered)
            _refused.Add(1, Of("cause", Causes.Refusal(answered.Result.Reason)));
        Converge(group, now, input.At);
    }

    private void Converge(GroupName group, GroupState state, TimeSpan now)
    {
        var was = _converging.GetValueOrDefault(group) ?? new Converging(null, null);
        var arrived = state.Assignment is { } a && state.SoleMaster == a.Holder;
        if (!arrived)
        {
            if (was.Since is null) _converging[group] = was with { Since = now };
            return;
        }
        var holder = state.Assignment!.Holder;
        if (state.Leading && was is { Holder: { } old, Since: { } since } && old != holder) _convergence.Record((now - since).TotalSeconds);
        if (was.Since is not null || was.Holder != holder) _converging[group] = new Converging(holder, null);
    }
}
