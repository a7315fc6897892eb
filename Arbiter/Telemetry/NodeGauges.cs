using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Telemetry;

/// <summary>What each node last said of itself and how long ago. A node that is not heard for 3 s has no check results, whatever it said before.</summary>
internal sealed class NodeGauges
{
    private const int MostChecks = 1000;

    private readonly GroupWatch _watch;
    private readonly string[] _nodes;
    private readonly Bounded<(string Node, string Check)> _checks = new(MostChecks);

    public NodeGauges(Meter meter, ArbiterOptions options, GroupWatch watch)
    {
        _watch = watch;
        _nodes = [.. options.Groups.SelectMany(g => g.Members).Select(m => m.Node.Value).Distinct()];
        meter.CreateObservableGauge("vip_agent_last_seen_seconds", LastSeen, description: "Seconds since the node's agent was heard; NaN: never by this process");
        meter.CreateObservableGauge("vip_check_status", Status, description: "1: up, 0: down; NaN: unknown, or the node was not heard for 3 s");
        meter.CreateObservableGauge("vip_check_latency_seconds", Latency, description: "How long the newest sample of the check took; NaN: no sample, or the node was not heard for 3 s");
    }

    private static KeyValuePair<string, object?> Label(string key, string value) => new(key, value);

    /// <summary>Each node's newest view over all groups.</summary>
    private Dictionary<string, MemberView> Newest() => _watch.Look().SelectMany(s => s.State.Members).Where(m => m.Event is not null)
        .GroupBy(m => m.Node.Value).ToDictionary(g => g.Key, g => g.MaxBy(m => m.HeardAt)!);

    private IEnumerable<Measurement<double>> LastSeen()
    {
        var (newest, now) = (Newest(), _watch.Now);
        return _nodes.Select(n => new Measurement<double>(newest.TryGetValue(n, out var m) ? m.Age(now).TotalSeconds : double.NaN, Label("node", n))).ToArray();
    }

    private IEnumerable<Measurement<double>> Status() => PerCheck(p => p.State switch
    {
        ProbeState.Up => 1,
        ProbeState.Down => 0,
        _ => double.NaN,
    });

    private IEnumerable<Measurement<double>> Latency() => PerCheck(p => p.LatencyMs < 0 ? double.NaN : p.LatencyMs / 1000);

    private IEnumerable<Measurement<double>> PerCheck(Func<ProbeReading, double> value)
    {
        var now = _watch.Now;
        var said = new Dictionary<(string, string), ProbeReading>();
        foreach (var m in Newest().Values.Where(m => m.Fresh(now)))
            foreach (var p in m.Event!.Probes)
                if (_checks.Admit((m.Node.Value, p.Name))) said[(m.Node.Value, p.Name)] = p;
        return _checks.Seen.Order().Select(c => new Measurement<double>(
            said.TryGetValue(c, out var p) ? value(p) : double.NaN, Label("node", c.Node), Label("check", c.Check))).ToArray();
    }
}
