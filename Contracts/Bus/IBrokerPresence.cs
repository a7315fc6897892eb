using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>
/// What the broker itself says of connections that end. A hint, within milliseconds of a crash, and never more: it may be missing, and
/// the name in it is what the client called itself. Nothing here throws, and nothing here touches the steering link.
/// </summary>
public interface IBrokerPresence
{
    /// <summary>Bounded: when the reader is slow the oldest is dropped.</summary>
    public ChannelReader<PresenceEvent> Events { get; }

    /// <summary>Listens until <paramref name="stopping"/>, trying again by itself.</summary>
    public Task Run(CancellationToken stopping);
}

public abstract record PresenceEvent
{
    private PresenceEvent() { }

    public sealed record Listening : PresenceEvent;

    /// <summary>There are no hints now; told once until <see cref="Listening"/> or another reason.</summary>
    public sealed record Unavailable(string Reason) : PresenceEvent;

    /// <summary>A connection of this client-provided name ended, for whatever cause.</summary>
    public sealed record ConnectionClosed(string ClientName) : PresenceEvent;
}
