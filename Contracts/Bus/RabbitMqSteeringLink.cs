using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>
/// The steering link over RabbitMQ: two connections (an alarm blocks publishers, and must not silence what comes in), an own exclusive
/// queue, mandatory and confirmed publishes that do not wait for each other. Any fall of either connection takes down both; then it
/// connects anew, with growing pauses. While it is not connected, a publish fails at once: what was true then is sent anew on Connected.
/// </summary>
/// <param name="random">For the jitter of the pauses.</param>
public sealed class RabbitMqSteeringLink(LinkOptions options, TimeProvider time, Random random) : ISteeringLink
{
    /// <summary>Different reasons told in one outage; the rest of them are attempts nobody needs to read about.</summary>
    private const int MaxReasons = 8;

    private readonly LinkEvents _events = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly BrokerAddress _address = BrokerAddress.Of(options.Uri);
    private readonly Canary _canary = new(options.Queue, time);
    private volatile RabbitMqSession? _session;
    private volatile string _why = "not connected yet";
    private Task _running = Task.CompletedTask;
    private int _started;

    public ChannelReader<LinkEvent> Events => _events.Reader;

    /// <summary>Events that the reader was too slow for.</summary>
    public long DroppedEvents => _events.Dropped;

    public LinkHealth Health => _canary.Health;

    public void Publish(Envelope envelope)
    {
        if (_session is { } session) session.Publish(envelope);
        else _events.Add(new LinkEvent.Sent(envelope, SendOutcome.Failed, _why));
    }

    public Task Run(CancellationToken stopping)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1) throw new InvalidOperationException("the link runs already");
        return _running = KeepConnected(stopping);
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepConnected(CancellationToken stopping)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, _disposed.Token);
        var pause = options.ReconnectFirst;
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (!both.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var (connected, reason) = await OneConnection(told, both.Token);
            if (both.IsCancellationRequested) break;
            // a connection that fell at once is no success: the pauses go on growing
            if (connected && time.GetElapsedTime(began) > options.ReconnectMost) pause = options.ReconnectFirst;
            _why = reason;
            if (!connected && told.Count < MaxReasons && told.Add(reason)) _events.Add(new LinkEvent.Disconnected(reason));
            await Task.Delay(pause * (0.5 + random.NextDouble() / 2), time, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.ReconnectMost.Ticks));
        }
    }

    /// <summary>Connects, stays as long as it holds, and tells why it did not or no longer does.</summary>
    private async Task<(bool Connected, string Reason)> OneConnection(HashSet<string> told, CancellationToken stopping)
    {
        var session = new RabbitMqSession(options, _address, time, _events, _canary);
        var connected = false;
        try
        {
            await session.Open(stopping);
            // from here on publishes go to the session; its first event is Connected
            _session = session;
            session.Announce();
            connected = true;
            told.Clear();
            var reason = await session.Closed(stopping);
            told.Add(reason);
            return (true, reason);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (connected, ConnectReasons.Of(session.Cause ?? e, options, _address.User, _address.VirtualHost));
        }
        finally
        {
            _session = null;
            await session.TearDown();
        }
    }
}
