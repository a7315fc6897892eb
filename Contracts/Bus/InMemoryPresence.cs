using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>The word of a broker in memory about connections that end: whoever ends one says so here. Nothing else makes a hint.</summary>
public sealed class InMemoryPresence : IBrokerPresence
{
    private const int Most = 256;
    private readonly Channel<PresenceEvent> _events =
        Channel.CreateBounded<PresenceEvent>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest });

    public ChannelReader<PresenceEvent> Events => _events.Reader;

    public void Say(PresenceEvent what) => _events.Writer.TryWrite(what);

    public async Task Run(CancellationToken stopping)
    {
        Say(new PresenceEvent.Listening());
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
