using System.Diagnostics.Metrics;
using Arbiter.Notifications.Delivery;

namespace Arbiter.Notifications;

/// <summary>The figures of the deliveries. Counted by the replica that sends, since it started.</summary>
internal sealed class DeliveryMeters
{
    private readonly Counter<long> _queued;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _dead;
    private readonly Histogram<double> _latency;

    public DeliveryMeters(IMeterFactory meters, Func<IEnumerable<(string Receiver, long Waiting, long Dead)>> now)
    {
        var meter = meters.Create("arbiter");
        _queued = meter.CreateCounter<long>("vip_notification_queued", description: "Events taken up for a receiver");
        _delivered = meter.CreateCounter<long>("vip_notification_delivered", description: "Events that a receiver took");
        _failed = meter.CreateCounter<long>("vip_notification_failed", description: "Attempts that failed and are tried again");
        _dead = meter.CreateCounter<long>("vip_notification_dead", description: "Events given up for a receiver");
        _latency = meter.CreateHistogram<double>("vip_notification_latency", "s", "From the event to the receiver's answer",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 86400] });
        meter.CreateObservableGauge("vip_notification_waiting", () => now().Select(n => Of(n.Waiting, n.Receiver)), description: "Events that a receiver has not got yet");
        meter.CreateObservableGauge("vip_notification_dead_letters", () => now().Select(n => Of(n.Dead, n.Receiver)), description: "Events given up for a receiver ever, as the register holds it");
    }

    public void Add(DeliveryEffect.Count counted)
    {
        var label = new KeyValuePair<string, object?>("receiver", counted.Receiver);
        switch (counted.What)
        {
            case Counted.Queued: _queued.Add(1, label); break;
            case Counted.Delivered:
                _delivered.Add(1, label);
                _latency.Record(counted.Latency.TotalSeconds, label);
                break;
            case Counted.Failed: _failed.Add(1, label); break;
            case Counted.Dead: _dead.Add(1, label); break;
            default: throw new InvalidOperationException($"unknown figure {counted.What}");
        }
    }

    private static Measurement<long> Of(long value, string receiver) => new(value, new KeyValuePair<string, object?>("receiver", receiver));
}
