using System.Globalization;
using System.Security.Cryptography;
using Arbiter.Configuration;
using Arbiter.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Arbiter.Quorum;

/// <summary>The servers of the quorum, owned: disposing closes their connections.</summary>
internal sealed class AcceptorSet(IReadOnlyList<IAcceptor> acceptors) : IAsyncDisposable
{
    public IReadOnlyList<IAcceptor> Acceptors => acceptors;

    /// <summary>With values that are signed and looked at.</summary>
    /// <exception cref="FormatException">The cluster key cannot be used.</exception>
    public static AcceptorSet Redis(ArbiterOptions all, TimeProvider time)
    {
        var (cluster, options) = (all.Cluster, all.Quorum);
        var seal = new ValueSeal(new RegisterMac(KeyRing.Parse(all.ClusterKey), cluster), cluster, options.AcceptUnsigned);
        var access = new RedisAccess(options.User, options.Password, options.Tls, options.RpcTimeout, options.TlsCa);
        return new AcceptorSet([.. options.Redis.Select(address => new SealedAcceptor(new RedisAcceptor(address, cluster, access, time), seal))]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var acceptor in acceptors)
            if (acceptor is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}

/// <summary>Puts the quorum together.</summary>
internal static class QuorumServices
{
    /// <summary>
    /// Registers <see cref="IRegister"/>; who hosts it runs <see cref="IRegister.Run"/>. An <see cref="AcceptorSet"/> registered
    /// before is used instead of Redis (the demo's), and so is an <see cref="ILeaseClock"/>.
    /// </summary>
    public static IServiceCollection AddQuorum(this IServiceCollection services, ArbiterOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILeaseClock>(s => new LeaseClock(s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => AcceptorSet.Redis(options, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRegister>(s =>
        {
            var proposer = NewProposerId();
            return new RegisterLoop(
                s.GetRequiredService<AcceptorSet>().Acceptors, LeaseSettings.From(options.Quorum), LeaderName(options.Replica, proposer), proposer,
                new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), s.GetRequiredService<ILeaseClock>(), s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<RegisterLoop>>()) { Liveness = s.GetService<ILiveness>() };
        });
        return services;
    }

    /// <summary><c>arbiter quorum seed</c>: seeds empty servers, telling each thing as it goes.</summary>
    public static async Task<SeedResult> Seed(ArbiterOptions options, TimeProvider time, Action<string> progress, CancellationToken stopping)
    {
        await using var set = AcceptorSet.Redis(options, time);
        return await new QuorumSeeder(set.Acceptors, options.Cluster, LeaseSettings.From(options.Quorum), NewProposerId(), NewIncarnation, time).Seed(progress, stopping);
    }

    /// <summary><c>arbiter quorum force-seed</c>: a new generation without the servers that are gone, telling each thing as it goes.</summary>
    /// <param name="who">Recorded with it.</param>
    public static async Task<SeedResult> Force(ArbiterOptions options, TimeProvider time, string who, Action<string> progress, CancellationToken stopping)
    {
        await using var set = AcceptorSet.Redis(options, time);
        return await new QuorumForcer(set.Acceptors, options.Cluster, LeaseSettings.From(options.Quorum), NewProposerId(), NewIncarnation, time, who).Force(progress, stopping);
    }

    /// <summary>63 random bits per start, never stored, never used again: a cloned process image is the only way to have two.</summary>
    public static ulong NewProposerId() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 1;

    public static string NewIncarnation() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    public static string LeaderName(string replica, ulong proposer) => $"{replica}/{proposer.ToString("x16", CultureInfo.InvariantCulture)}";
}
