using System.Security.Cryptography;
using Arbiter.Configuration;
using Arbiter.Events.Plane;
using Arbiter.Groups;
using Arbiter.Notifications;
using Arbiter.Quorum;
using Contracts.Bus;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Arbiter.Events;

internal static class EventsSetup
{
    /// <summary>What happens becomes a recorded event. Needs <see cref="IRegister"/>; <see cref="GroupsSetup"/> uses it.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services, ArbiterOptions options) =>
        services.AddSingleton<IRecorder>(s => new Recorder(options.Cluster, s.GetRequiredService<IRegister>(), s.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// The event plane: <see cref="IReceiver"/> for <c>vip.events</c>, <see cref="IVerbs"/> and <see cref="IReplicaNews"/>. Needs
    /// <see cref="IRegister"/> and <see cref="IStatusBoard"/>; does every <see cref="IVerb"/> that is registered.
    /// </summary>
    /// <param name="inMemory">Within this process and without a broker (the demo); an <see cref="IPlaneTransport"/> registered before is used as it is.</param>
    public static IServiceCollection AddEventPlane(this IServiceCollection services, ArbiterOptions options, bool inMemory = false)
    {
        if (inMemory) services.TryAddSingleton<IPlaneTransport>(_ => new InMemoryPlane());
        else services.TryAddSingleton<IPlaneTransport>(s => new RabbitMqPlane(
            new Contracts.Bus.LinkOptions { Uri = options.RabbitMqUri, Password = options.RabbitMqPassword, ClientName = $"arbiter-events/{options.Replica}", Queue = "", Bindings = [] },
            options.Replica, s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(s => new ReplicaNewsDesk(options.Cluster, s.GetRequiredService<IRegister>(), s.GetRequiredService<IStatusBoard>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ReplicaNewsDesk>>()));
        services.AddSingleton<IReplicaNews>(s => s.GetRequiredService<ReplicaNewsDesk>());
        services.AddSingleton(s => new VerbDesk(Registered(s), s.GetRequiredService<IRegister>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<VerbDesk>>()));
        services.AddSingleton(s => new VerbListener(options.Cluster, options.Replica, s.GetRequiredService<VerbDesk>(), s.GetRequiredService<ReplicaNewsDesk>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<VerbListener>>()));
        services.AddSingleton(s => new PlaneKeeper(s.GetRequiredService<IPlaneTransport>(), s.GetRequiredService<VerbListener>(), s.GetRequiredService<TimeProvider>(),
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), s.GetRequiredService<ILogger<PlaneKeeper>>()));
        services.AddSingleton<IEventPlane>(s => s.GetRequiredService<PlaneKeeper>());
        services.AddSingleton<IVerbs>(s => new Verbs(options.Cluster, s.GetRequiredService<VerbDesk>(), s.GetRequiredService<PlaneKeeper>(), s.GetRequiredService<IRegister>()));
        services.AddSingleton<IReceiver>(s => new BusReceiver(options.Cluster, s.GetRequiredService<PlaneKeeper>()));
        services.AddHostedService(s => s.GetRequiredService<PlaneKeeper>());
        services.AddHostedService<NewsTeller>();
        return services;
    }

    // the notifications have verbs and are fed to this room's receiver: looked up when first needed, they make no circle
    private static IEnumerable<IVerb> Registered(IServiceProvider services)
    {
        foreach (var verb in services.GetServices<IVerb>()) yield return verb;
    }
}
