using Arbiter.Configuration;
using Arbiter.Groups;
using Arbiter.Hosting;
using Arbiter.Quorum;
using Contracts.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Arbiter.History;

internal static class HistorySetup
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Needs <see cref="IRegister"/> and <see cref="ProcessClock"/> (AddGroups). Added before the groups and the register: services stop in
    /// the opposite order, and the history writes what those knew last. <see cref="StreamServers"/> registered before are used instead of Redis.
    /// </summary>
    public static IServiceCollection AddHistory(this IServiceCollection services, ArbiterOptions options)
    {
        services.TryAddSingleton(s =>
        {
            var access = new RedisAccess(options.Quorum.User, options.Quorum.Password, options.Quorum.Tls, s_deadline, options.Quorum.TlsCa);
            return new StreamServers([.. options.Quorum.Redis.Select(address => new RedisStreams(address, access, s.GetRequiredService<TimeProvider>()))]);
        });
        services.AddSingleton<DecisionDesk>();
        services.AddSingleton<IStepWitness>(s => s.GetRequiredService<DecisionDesk>());
        services.AddSingleton<IExplainer>(s => s.GetRequiredService<DecisionDesk>());
        services.AddSingleton<StreamHistory>();
        services.AddSingleton<IHistory>(s => s.GetRequiredService<StreamHistory>());
        services.AddSingleton<IClusterHistory>(s => s.GetRequiredService<StreamHistory>());
        services.AddHostedService(s => s.GetRequiredService<StreamHistory>());
        return services;
    }
}
