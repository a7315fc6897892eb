using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Wire;

namespace Arbiter.Orders;

internal static class OrdersSetup
{
    /// <summary>Needs <see cref="IRegister"/>, <see cref="ISteeringLink"/> and <see cref="ProcessClock"/> (AddGroups).</summary>
    public static IServiceCollection AddOrders(this IServiceCollection services, ArbiterOptions options)
    {
        services.AddSingleton(s => new OrderDesk(options.Cluster, options.Replica, KeyRing.Parse(options.ClusterKey),
            options.Groups.SelectMany(g => g.Members).Select(m => m.Node),
            s.GetRequiredService<IRegister>(), s.GetRequiredService<ISteeringLink>(), s.GetRequiredService<ProcessClock>(), s.GetRequiredService<ILogger<OrderDesk>>()));
        services.AddSingleton<IOrders>(s => s.GetRequiredService<OrderDesk>());
        services.AddHostedService<OrderRefresh>();
        return services;
    }
}

/// <summary>The second hand of the order desk.</summary>
internal sealed class OrderRefresh(OrderDesk desk, ProcessClock clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) desk.Refresh();
    }
}
