using System.Diagnostics.Metrics;
using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Orders;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Wire;

namespace Arbiter.Intake;

internal static class IntakeSetup
{
    /// <summary>Runs and reads the link. Needs <see cref="ISteeringLink"/>, <see cref="IGroups"/> and <see cref="IOrders"/>.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services, ArbiterOptions options)
    {
        services.AddMetrics();
        services.AddHostedService(s => new SteeringIntake(options.Cluster, KeyRing.Parse(options.ClusterKey),
            options.Groups.SelectMany(g => g.Members).Select(m => m.Node),
            s.GetRequiredService<ISteeringLink>(), s.GetRequiredService<IGroups>(), s.GetRequiredService<IOrders>(), s.GetRequiredService<ProcessClock>(),
            s.GetRequiredService<IMeterFactory>(), s.GetRequiredService<ILogger<SteeringIntake>>()));
        return services;
    }

    /// <summary>Reads the broker's word about connections. Needs <see cref="IBrokerPresence"/> and <see cref="IGroups"/>; nothing needs it.</summary>
    public static IServiceCollection AddPresenceWatch(this IServiceCollection services) => services.AddHostedService<PresenceWatch>();
}
