using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>
/// The steering link: health, state and orders, fresh and in order, never redelivered. Owns its connections for its whole life:
/// connects, reconnects with backoff, re-declares, and says so by an event, upon which its user sends its level again.
/// Two implementations: RabbitMQ and in memory. Nothing here throws for a broker that is away.
/// </summary>
public interface ISteeringLink : IAsyncDisposable
{
    /// <summary>Everything that happens on the link, in order. Bounded: when the reader is slow the oldest message is dropped and counted.</summary>
    public ChannelReader<LinkEvent> Events { get; }

    /// <summary>What the canary says of the path; for metrics.</summary>
    public LinkHealth Health { get; }

    /// <summary>
    /// Queues one message for sending and returns at once. Bounded: with the queue full, an older message of the same exchange and
    /// routing key is replaced (the newest level wins). What became of it comes back as <see cref="LinkEvent.Sent"/>.
    /// </summary>
    public void Publish(Envelope envelope);

    /// <summary>Connects and keeps connected until <paramref name="stopping"/>.</summary>
    public Task Run(CancellationToken stopping);
}

/// <summary>The path through the broker and back, as this process's own canary proves it every 2 s.</summary>
/// <param name="CanaryMs">How long the newest one that came back took, in milliseconds; null = none came back yet.</param>
/// <param name="Misses">How many in a row did not come back, over all connections tried; 0 = the path lives.</param>
/// <param name="Rebuilds">How often both connections were given up because of it.</param>
public sealed record LinkHealth(double? CanaryMs, int Misses, long Rebuilds);

/// <summary>A message as bytes. Verified before it is parsed (<see cref="Wire.MessageVerifier"/>).</summary>
/// <param name="UserId">The broker-checked sender on receipt; set by the link on sending.</param>
public sealed record Envelope(string Exchange, string RoutingKey, ReadOnlyMemory<byte> Body, string? KeyId, ReadOnlyMemory<byte> Signature, string? UserId = null);

public abstract record LinkEvent
{
    private LinkEvent() { }

    /// <summary>Both connections stand and the queue is bound: send the whole level now.</summary>
    public sealed record Connected : LinkEvent;

    /// <summary>One connection fell, or the broker blocks publishers: control-plane loss, never "node dead".</summary>
    public sealed record Disconnected(string Reason) : LinkEvent;

    public sealed record Received(Envelope Envelope) : LinkEvent;

    public sealed record Sent(Envelope Envelope, SendOutcome Outcome, string? Detail) : LinkEvent;
}

public enum SendOutcome
{
    /// <summary>The broker has it. Not an application.</summary>
    Confirmed,
    /// <summary>No queue is bound for that routing key: nobody there listens.</summary>
    Returned,
    /// <summary>No confirm inside the deadline (2 s); it may or may not have arrived.</summary>
    TimedOut,
    /// <summary>No connection, or refused by the broker.</summary>
    Failed,
}
