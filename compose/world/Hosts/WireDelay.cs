using System.Threading.Channels;
using Contracts.Bus;
using World.Time;

namespace World.Hosts;

/// <summary>The way of a message to the broker: it leaves at once, whatever becomes of its sender, and is there a moment later.</summary>
internal sealed class WireDelay(Timeline time, ISteeringLink link) : ISteeringLink
{
    public ChannelReader<LinkEvent> Events => link.Events;

    public LinkHealth Health => link.Health;

    public void Publish(Envelope envelope) => time.After(Delays.Broker, () => link.Publish(envelope));

    public Task Run(CancellationToken stopping) => link.Run(stopping);

    public ValueTask DisposeAsync() => link.DisposeAsync();
}
