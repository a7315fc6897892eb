using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>The way out of a link: bounded, the oldest event is dropped and counted when the reader is slow. Writing never waits.</summary>
internal sealed class LinkEvents
{
    public const int Capacity = 4096;

    private readonly Channel<LinkEvent> _channel;
    private long _dropped;
    private long _added;

    public LinkEvents() => _channel = Channel.CreateBounded<LinkEvent>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _dropped));

    public ChannelReader<LinkEvent> Reader => _channel.Reader;

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many were ever added.</summary>
    public long Added => Volatile.Read(ref _added);

    public void Add(LinkEvent happened)
    {
        _channel.Writer.TryWrite(happened);
        Interlocked.Increment(ref _added);
    }
}
