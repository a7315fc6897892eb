using System.Security.Cryptography;
using Arbiter.Cli;
using Arbiter.Configuration;
using Arbiter.Quorum;
using Outcome = Arbiter.Cli.Outcome;
using Contracts.Bus;
using Contracts.Configuration;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Arbiter;

/// <summary>The commands' wishes, handed to the rooms that can fulfil them, and the two loops that no room hosts itself.</summary>
internal static class Wiring
{
    public static Loaded Load(string file)
    {
        var read = ArbiterConfiguration.Load(file, ConfigurationEnvironment.OfProcess(), Environment.MachineName);
        return new Loaded(read.Ok ? read.Options : null, [.. read.Errors.Select(e => e.ToString())], [.. read.Warnings.Select(w => w.ToString())]);
    }

    public static async Task<Outcome> Seed(ArbiterOptions options, CancellationToken stopping)
    {
        var result = await QuorumServices.Seed(options, TimeProvider.System, text => Console.Error.WriteLine($"arbiter: {text}"), stopping);
        return new Outcome(result.Seeded ? Exit.Done : Exit.Refused, result.Text);
    }

    public static async Task<Outcome> ForceSeed(ArbiterOptions options, CancellationToken stopping)
    {
        var who = $"{Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName}@{Environment.MachineName}";
        var result = await QuorumServices.Force(options, TimeProvider.System, who, text => Console.Error.WriteLine($"arbiter: {text}"), stopping);
        return new Outcome(result.Seeded ? Exit.Done : Exit.Refused, result.Text);
    }

    public static string NodeKey(ArbiterOptions options, NodeId node) =>
        KeyRing.TryParse(options.ClusterKey, out var ring, out var errors)
            ? ring.DeriveNode(node).ToSecretText().TrimEnd('\n')
            : throw new CliException(Exit.Failed, $"the cluster key cannot be used: {string.Join("; ", errors)}");

    /// <summary>The link to the broker; its process name is random, so that a restarted replica never waits for its old queue to go.</summary>
    public static IServiceCollection AddSteeringLink(this IServiceCollection services, ArbiterOptions options)
    {
        services.TryAddSingleton<ISteeringLink>(s => new RabbitMqSteeringLink(
            new Contracts.Bus.LinkOptions
            {
                Uri = options.RabbitMqUri,
                Password = options.RabbitMqPassword,
                ClientName = $"arbiter/{options.Replica}",
                Queue = Routes.ArbiterQueue(options.Replica, RandomNumberGenerator.GetHexString(16, lowercase: true)),
                Bindings = [new LinkBinding(Routes.HealthExchange, Routes.AllHealth), new LinkBinding(Routes.StateExchange, Routes.AllState)],
                DeclareExchanges = true,
            },
            s.GetRequiredService<TimeProvider>(), new Random(RandomNumberGenerator.GetInt32(int.MaxValue))));
        return services;
    }

    /// <summary>A connection of its own for the broker's word about connections: what happens to it never touches the steering link.</summary>
    public static IServiceCollection AddPresence(this IServiceCollection services, ArbiterOptions options)
    {
        services.TryAddSingleton<IBrokerPresence>(s => new RabbitMqPresence(
            new Contracts.Bus.LinkOptions
            {
                Uri = options.RabbitMqUri,
                Password = options.RabbitMqPassword,
                ClientName = $"arbiter/{options.Replica}/presence",
                Queue = Routes.ArbiterQueue(options.Replica, $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}.presence"),
                Bindings = [],
            },
            s.GetRequiredService<TimeProvider>()));
        return services;
    }

    public static IServiceCollection AddRegisterHost(this IServiceCollection services) => services.AddHostedService<RegisterHost>();

    private sealed class RegisterHost(IRegister register) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => register.Run(stoppingToken);
    }
}
