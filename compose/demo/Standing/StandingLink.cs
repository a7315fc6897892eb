using System.Threading.Channels;
using Contracts.Bus;

namespace Demo.Standing;

/// <summary>The link of a replica that can stand still: what comes in meanwhile waits, in order, and the oldest gives way as at the link itself.</summary>
internal sealed class StandingLink(InMemorySteeringLink link, Standstill standstill) : ISteeringLink
{
    private readonly Channel<LinkEvent> _events =
        Channel.CreateBounded<LinkEvent>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });

    public ChannelReader<LinkEvent> Events => _events.Reader;

    public LinkHealth Health => link.Health;

    public void Publish(Envelope envelope) => link.Publish(envelope);

    public async Task Run(CancellationToken stopping)
    {
        var running = link.Run(stopping);
        try
        {
            await foreach (var happened in link.Events.ReadAllAsync(stopping))
            {
                await standstill.Passed().WaitAsync(stopping);
                _events.Writer.TryWrite(happened);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the end was asked for
        }
        await running;
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();
}
