using Contracts.Messages;

namespace Contracts.Wire;

/// <summary>Makes a message fit before it goes out. Nothing is copied when nothing is too long.</summary>
internal static class Outgoing
{
    public static T Clipped<T>(T message) where T : class, IMessage => message switch
    {
        HealthEvent m => (T)(object)Clipped(m),
        OrderResult m when TooLong(m.Reason) => (T)(object)(m with { Reason = WireLimits.Clip(m.Reason) }),
        _ => message,
    };

    /// <summary>At most the newest <paramref name="most"/> transitions of each group.</summary>
    public static HealthEvent WithTransitions(HealthEvent m, int most) => m with
    {
        Groups = [.. m.Groups.Select(g => g.Transitions.Count <= most ? g : g with { Transitions = Newest(g.Transitions, most) })],
    };

    /// <summary>Reasons and faults of at most <paramref name="most"/> characters.</summary>
    public static HealthEvent WithReasons(HealthEvent m, int most) => m with
    {
        Probes = [.. m.Probes.Select(p => p with { Reason = WireLimits.Clip(p.Reason, most) })],
        Groups = [.. m.Groups.Select(g => g.Fault is null && g.Service is null ? g : g with
        {
            Fault = g.Fault is null ? null : WireLimits.Clip(g.Fault, most),
            Service = g.Service is null ? null : g.Service with { Reason = WireLimits.Clip(g.Service.Reason, most) },
        })],
    };

    /// <summary>Those of the least age, in the order they stand.</summary>
    private static RoleTransition[] Newest(IReadOnlyList<RoleTransition> all, int most)
    {
        var kept = Enumerable.Range(0, all.Count).OrderBy(i => all[i].AgeMs).ThenByDescending(i => i).Take(most).Order();
        return [.. kept.Select(i => all[i])];
    }

    private static HealthEvent Clipped(HealthEvent m)
    {
        if (m.Probes.Any(p => p is not null && TooLong(p.Reason)))
            m = m with { Probes = [.. m.Probes.Select(p => p with { Reason = WireLimits.Clip(p.Reason) })] };
        if (m.Groups.Any(g => g is not null && TooLong(g.Fault)))
            m = m with { Groups = [.. m.Groups.Select(g => g with { Fault = g.Fault is null ? null : WireLimits.Clip(g.Fault) })] };
        return m;
    }

    private static bool TooLong(string? text) => text is not null && !ReferenceEquals(WireLimits.Clip(text), text);
}
