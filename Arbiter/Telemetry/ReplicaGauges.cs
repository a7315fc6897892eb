using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Quorum;

namespace Arbiter.Telemetry;

/// <summary>This replica: its lease, its register servers, its bus, its own standstills.</summary>
internal sealed class ReplicaGauges
{
    private readonly GroupWatch _watch;
    private readonly IRegister _register;
    private readonly ArbiterOptions _options;

    public ReplicaGauges(Meter meter, ArbiterOptions options, GroupWatch watch, IRegister register)
    {
        (_watch, _register, _options) = (watch, register, options);
        meter.CreateObservableGauge("vip_arbiter_info", Info, description: "Always 1: cluster and name of this replica");
        meter.CreateObservableGauge("vip_arbiter_is_leader", () => register.Status.State == RegisterState.Leading ? 1.0 : 0, description: "1: this replica leads");
        meter.CreateObservableGauge("vip_leader_lease_seconds", () => register.Status.LeaseLeft?.TotalSeconds ?? double.NaN, description: "What is left of this replica's own lease; NaN: it does not lead");
        meter.CreateObservableGauge("vip_store_last_seen_seconds", Stores, description: "Seconds since the register server answered anything; NaN: never");
        meter.CreateObservableGauge("vip_store_voting", Voting, description: "1: the register server votes, 0: it does not");
        meter.CreateObservableGauge("vip_store_state", States, description: "Always 1: the state of the register server by name, as in GET /api/v1/quorum");
        meter.CreateObservableGauge("vip_store_majority", () => (double)(options.Quorum.Redis.Count / 2 + 1), description: "How many register servers must vote");
        meter.CreateObservableGauge("vip_bus_connected", () => Bus(connected: true), description: "1: both connections to the broker stand; NaN: not known yet");
        meter.CreateObservableGauge("vip_bus_blocked", () => Bus(connected: false), description: "1: the broker blocks publishers (memory or disk alarm)");
        meter.CreateObservableGauge("vip_tilt_active", () => Tilted ? 1.0 : 0, description: "1: this replica stood still a moment ago and decides nothing new");
        meter.CreateObservableGauge("vip_tilt_gap_seconds", () => Tilted ? watch.Gap.TotalSeconds : 0, description: "How long it stood still; 0 when it is not tilted");
    }

    private bool Tilted => _watch.Look().Any(s => s.Facts.Tilted);

    private IEnumerable<Measurement<double>> Info() =>
        [new(1, new KeyValuePair<string, object?>("cluster", _options.Cluster.Value), new KeyValuePair<string, object?>("replica", _options.Replica))];

    private IEnumerable<Measurement<double>> Stores() => PerServer(a => a.Age?.TotalSeconds ?? double.NaN);

    private IEnumerable<Measurement<double>> Voting() => PerServer(a => a.State == "voting" ? 1 : 0);

    private IEnumerable<Measurement<double>> States() =>
        [.. _register.Status.Acceptors.Select(a => new Measurement<double>(1, new KeyValuePair<string, object?>("server", a.Address), new KeyValuePair<string, object?>("state", a.State)))];

    private Measurement<double>[] PerServer(Func<AcceptorStatus, double> value) =>
        [.. _register.Status.Acceptors.Select(a => new Measurement<double>(value(a), new KeyValuePair<string, object?>("server", a.Address)))];

    private double Bus(bool connected)
    {
        foreach (var sight in _watch.Look())
        {
            if (!sight.Live) return double.NaN;
            return connected == sight.State.BusConnected && (connected || sight.State.BusReason.Contains("blocked", StringComparison.Ordinal)) ? 1 : 0;
        }
        return double.NaN;
    }
}
