using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Arbiter.Configuration;
using Arbiter.Events;
using Arbiter.History;
using Arbiter.Hosting;
using Arbiter.Notifications.Delivery;
using Arbiter.Notifications.Webhook;
using Arbiter.Quorum;
using Contracts.Hosting;

namespace Arbiter.Notifications;

internal static class NotificationsSetup
{
    /// <summary>
    /// Tells the receivers what the register recorded: those of the configuration and every other <see cref="IReceiver"/> that is registered.
    /// Needs <see cref="IRegister"/>; uses <see cref="IHistory"/>, <see cref="IVerbs"/> and <see cref="IReplicaNews"/> where there are such.
    /// </summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, ArbiterOptions options)
    {
        services.AddMetrics();
        var own = OwnServers(options);
        foreach (var receiver in options.Receivers)
            services.AddSingleton<IReceiver>(s => new WebhookReceiver(receiver, options.Cluster, own, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new NotificationDesk(
            new DeliverySettings
            {
                Cluster = options.Cluster,
                Routes = Table(s.GetServices<IReceiver>(), options),
                Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
            },
            s.GetServices<IReceiver>(), s.GetRequiredService<IRegister>(), s.GetService<IHistory>(), s.GetRequiredService<ProcessClock>(),
            s.GetRequiredService<ILogger<NotificationDesk>>(), s.GetService<ILiveness>(), s.GetRequiredService<IMeterFactory>()));
        services.AddHostedService(s => s.GetRequiredService<NotificationDesk>());
        services.AddSingleton(s => new NotificationVerbs(options, [.. s.GetServices<IReceiver>()], s.GetRequiredService<NotificationDesk>(), s.GetRequiredService<IRegister>(), s.GetService<IHistory>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<INotifications>(s => new LeadersView(s.GetRequiredService<NotificationVerbs>(), s.GetService<IReplicaNews>()));
        services.AddHostedService(s => new NotificationNews(s.GetRequiredService<NotificationVerbs>(), s.GetService<IReplicaNews>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<INotificationVerbs>(s => new ForwardedVerbs(s.GetRequiredService<NotificationVerbs>(), s.GetService<IVerbs>(), options.Replica));
        foreach (var kind in new[] { NotificationVerb.Redeliver, NotificationVerb.Test })
            services.AddSingleton<IVerb>(s => new NotificationVerb(kind, s.GetRequiredService<NotificationVerbs>()));
        return services;
    }

    private static RouteTable Table(IEnumerable<IReceiver> receivers, ArbiterOptions options)
    {
        var all = receivers.ToArray();
        return new RouteTable([.. all.Select(r => r.Name)], [.. options.Routes], [.. all.Where(r => r.TakesAll).Select(r => r.Name)]);
    }

    private static ImmutableArray<string> OwnServers(ArbiterOptions options)
    {
        var broker = options.RabbitMqUri;
        var port = broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? 5671 : 5672;
        return [.. options.Quorum.Redis, $"{broker.Host}:{port}"];
    }
}
