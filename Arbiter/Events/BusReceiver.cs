using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Events.Plane;
using Arbiter.Notifications;
using Contracts.Vocabulary;

namespace Arbiter.Events;

/// <summary>
/// <c>vip.events</c> as a receiver among the others: the same cursor, order and retries, so that a new leader goes on where the old one
/// stopped. Delivered means that the broker confirmed it; with nobody subscribed that is the end of it.
/// </summary>
internal sealed class BusReceiver(ClusterName cluster, PlaneKeeper plane) : IReceiver
{
    /// <summary>Reserved: no receiver of the configuration may bear it.</summary>
    public const string ReservedName = ReceiverOptions.Reserved;

    public string Name => ReservedName;
    public string Type => "bus";
    public string Shown => $"vip.events at {plane.Place}";
    public bool TakesAll => true;

    public void Watch(Action back) => plane.Watch(back);

    public async Task<DeliveryOutcome> Deliver(RecordedEvent what, DeliveryAttempt attempt, CancellationToken stopping) =>
        await plane.Publish(new VipEvent(what.Id, RoutingKey(what), EventJson.Data(cluster, what, attempt.Recorded)), stopping) is { } problem
            ? new DeliveryOutcome(DeliveryResult.Failed, problem.Length <= 200 ? problem : problem[..200])
            : new DeliveryOutcome(DeliveryResult.Delivered, "confirmed by the broker");

    /// <summary><c>role_changed.web</c>; what concerns the whole cluster has <c>-</c>, which is no group's name.</summary>
    public static string RoutingKey(RecordedEvent what) => $"{what.Type}.{what.Group ?? "-"}";
}
