using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

/// <summary>
/// Who is told of an event: the receivers of every route that matches, each once. Without any route everybody is told everything.
/// A fallback is told when a receiver of the route failed.
/// </summary>
/// <param name="receivers">All of them.</param>
/// <param name="always">Those of them that are told everything, whatever the routes say.</param>
internal sealed class RouteTable(ImmutableArray<string> receivers, ImmutableArray<NotificationRoute> routes, ImmutableArray<string> always = default)
{
    private readonly ImmutableArray<string> _always = always.IsDefault ? [] : always;


    public ImmutableArray<string> Receivers => receivers;

    /// <returns>Null: the event is none of this receiver's business. Empty: it gets it. Otherwise it gets it when one of these failed.</returns>
    public ImmutableArray<string>? InsteadOf(string receiver, RecordedEvent what)
    {
        if (routes.IsEmpty || _always.Contains(receiver)) return [];
        ImmutableArray<string>? instead = null;
        foreach (var route in routes)
        {
            if (!Matches(route, what)) continue;
            if (route.To.Contains(receiver)) return [];
            if (route.Fallback.Contains(receiver)) instead = [.. (instead ?? []).Union(route.To)];
        }
        return instead;
    }

    private static bool Matches(NotificationRoute route, RecordedEvent what) =>
        Fits(route.Severities, what.Severity) && Fits(route.Types, what.Type) && Fits(route.Groups, what.Group) && Fits(route.Nodes, what.Node)
        // what speaks of lost events is for whoever may have lost them
        || what.Type == EventTypes.EventsCoalesced;

    private static bool Fits(ImmutableArray<string> wanted, string? value) => wanted.IsEmpty || value is not null && wanted.Contains(value);
}
