using System.Security.Cryptography;
using MassTransit;

namespace Arbiter.Events.Plane;

/// <summary>Names at the broker and limits, the same on every transport (docs/wire.md).</summary>
internal static class PlaneTopology
{
    public const string Events = Contracts.Wire.Routes.EventExchange;
    public const string Verbs = "arbiter.verbs";
    public const string News = "arbiter.news";
    public const string Warm = "arbiter.warm";

    /// <summary>Messages waiting in a queue of the plane; the oldest give way.</summary>
    public const int MaxQueued = 100;
    public const int MaxQueuedBytes = 4 * 1024 * 1024;
    /// <summary>A verb whose asker has given up and news that newer ones follow are worth nothing.</summary>
    public static readonly TimeSpan Expires = TimeSpan.FromSeconds(5);

    /// <summary>Random per session, so that no session waits for the queue of the one before to go.</summary>
    public static string Queue(string replica, string what) => $"q.arbiter.{replica}.{what}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}";

    public static void Names(IBusFactoryConfigurator bus)
    {
        bus.Message<VipEvent>(m => m.SetEntityName(Events));
        bus.Message<WarmUp>(m => m.SetEntityName(Warm));
        bus.Message<VerbRequest>(m => m.SetEntityName(Verbs));
        bus.Message<NewsMessage>(m => m.SetEntityName(News));
        bus.Message<PlaneAnswer>(m => m.SetEntityName("arbiter.answers"));
    }

    /// <summary>What a replica listens to. A message that cannot be read is dropped: nothing is kept in an error queue, nobody is told.</summary>
    public static void Listen(IReceiveEndpointConfigurator endpoint, IPlaneListener listener)
    {
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.PrefetchCount = 8;
        endpoint.ConcurrentMessageLimit = 4;
        endpoint.Handler<VerbRequest>(async context =>
        {
            // null: asked of another replica, which answers
            if (await listener.Asked(context.Message, context.CancellationToken) is { } answer) await context.RespondAsync(answer);
        });
        endpoint.Handler<NewsMessage>(context =>
        {
            listener.Heard(context.Message);
            return Task.CompletedTask;
        });
    }
}

/// <summary>Takes what comes in. Never throws for what a message holds.</summary>
internal interface IPlaneListener
{
    public Task<PlaneAnswer?> Asked(VerbRequest request, CancellationToken stopping);

    public void Heard(NewsMessage news);
}
