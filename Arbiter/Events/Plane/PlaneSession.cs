using MassTransit;

namespace Arbiter.Events.Plane;

/// <summary>A way to open the plane. Tried anew after each failure and each end.</summary>
internal interface IPlaneTransport
{
    /// <summary>For people: where it leads, without a secret.</summary>
    public string Place { get; }

    /// <summary>Whether anybody listens there; throws what says why not.</summary>
    public Task Reach(CancellationToken stopping);

    public Task<PlaneSession> Open(IPlaneListener listener, CancellationToken stopping);

    /// <summary>What went wrong, in one sentence and without a secret.</summary>
    public string Why(Exception e);
}

/// <summary>The message is the reason, ready to be shown.</summary>
internal sealed class PlaneRefused(string reason) : Exception(reason);

/// <summary>A bus that runs, until it <see cref="Ended"/>; then another one is made.</summary>
internal sealed class PlaneSession(IBus bus, Task<string> ended, Func<Task> close)
{
    public IBus Bus => bus;

    /// <summary>Completes with the reason.</summary>
    public Task<string> Ended => ended;

    /// <summary>May take as long as the library likes: the caller has a deadline of its own.</summary>
    public Task Close() => close();

    public Task Publish(VipEvent what, CancellationToken deadline) => Send(what, what.Id, what.RoutingKey, deadline);

    public Task WarmUp(CancellationToken deadline) => Send(new WarmUp("warm", "warm.-", "{}"u8.ToArray()), "warm", "warm.-", deadline);

    public Task Tell(NewsMessage news, CancellationToken deadline) =>
        bus.Publish(news, context => { context.Durable = false; context.TimeToLive = PlaneTopology.Expires; }, deadline);

    public async Task<PlaneAnswer> Ask(VerbRequest request, TimeSpan timeout, CancellationToken deadline)
    {
        var client = bus.CreateRequestClient<VerbRequest>(timeout);
        using var handle = client.Create(request, deadline);
        handle.UseExecute(context => { context.Durable = false; context.TimeToLive = timeout; });
        return (await handle.GetResponse<PlaneAnswer>()).Message;
    }

    private Task Send<T>(T what, string id, string routingKey, CancellationToken deadline) where T : class =>
        bus.Publish(what, context =>
        {
            context.Serializer = EventBody.Instance;
            context.Durable = true;
            context.SetRoutingKey(routingKey);
            // the library's own id is a GUID and would replace ours
            context.MessageId = null;
            context.ConversationId = null;
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.BasicProperties.MessageId = id;
        }, deadline);
}
