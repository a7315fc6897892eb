using System.Threading.Channels;

namespace Contracts.Bus;

/// <summary>A link to an <see cref="InMemoryBroker"/>, with the same events in the same order as the real one.</summary>
/// <param name="user">Set as the sender of each message, as a broker that checks it would.</param>
public sealed class InMemorySteeringLink(InMemoryBroker broker, string user, IReadOnlyList<LinkBinding> bindings) : ISteppedLink
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);
    private readonly LinkEvents _events = new();
    private readonly Canary _canary = new(user, broker.Time);
    private readonly Queue<(Envelope Envelope, long At)> _queue = new();
    private bool _connected;
    private bool _reachable;
    private bool _cut;
    private bool _deaf;

    public ChannelReader<LinkEvent> Events => _events.Reader;

    public long Happened => _events.Added;

    /// <summary>This link alone cannot reach the broker.</summary>
    public bool Cut
    {
        get => _cut;
        set
        {
            lock (broker.Gate)
            {
                _cut = value;
                Settle();
            }
        }
    }

    /// <summary>Nothing that is published for this link reaches it any more, and publishes are confirmed as before. New connections end it.</summary>
    public bool Deaf
    {
        get => _deaf;
        set
        {
            lock (broker.Gate) _deaf = value;
        }
    }

    public LinkHealth Health => _canary.Health;

    /// <summary>One period of the canary (docs/wire.md): for a simulator. <see cref="Run"/> does it by itself. It waits in no queue, so a held broker loses none.</summary>
    public void Beat()
    {
        lock (broker.Gate)
        {
            if (!_connected)
            {
                _canary.Forgive();
                return;
            }
            var misses = _canary.Judge();
            if (misses >= Canary.MostMisses)
            {
                _canary.Rebuilt();
                broker.Detach(this, $"{misses} canaries in a row did not come back");
                broker.Attach(this);
            }
            var body = _canary.Next();
            if (!_deaf) _canary.Returned(body);
        }
    }

    /// <summary>Connects now, without a task: for a simulator. <see cref="Run"/> does it by itself.</summary>
    public void Attach() => broker.Attach(this);

    /// <summary>The process is gone: the queue with all in it, too.</summary>
    public void Detach() => broker.Detach(this);

    public void Publish(Envelope envelope)
    {
        lock (broker.Gate)
        {
            var (outcome, detail) = _connected ? broker.Accept(envelope with { UserId = user }) : (SendOutcome.Failed, "not connected");
            _events.Add(new LinkEvent.Sent(envelope, outcome, detail));
        }
    }

    public async Task Run(CancellationToken stopping)
    {
        Attach();
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(BeatEvery, broker.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopping.IsCancellationRequested) Beat();
        }
        Detach();
    }

    public ValueTask DisposeAsync()
    {
        Detach();
        return ValueTask.CompletedTask;
    }

    /// <summary>Brings what the link says of itself in line with what is so; called under the broker's lock.</summary>
    internal void Settle(string? why = null)
    {
        _reachable = broker.Has(this) && !broker.Down && !_cut;
        if (!_reachable)
        {
            _queue.Clear();
            _deaf = false;
            _canary.Begin();
        }
        var connected = _reachable && !broker.Blocked;
        if (connected == _connected) return;
        _connected = connected;
        _events.Add(connected ? new LinkEvent.Connected() : new LinkEvent.Disconnected(why ?? Why()));
    }

    internal bool Enqueue(Envelope envelope)
    {
        if (!_reachable || !bindings.Any(b => b.Exchange == envelope.Exchange && TopicPattern.Matches(b.RoutingKey, envelope.RoutingKey))) return false;
        if (_deaf) return true;
        if (_queue.Count == QueueLimits.MaxMessages) _queue.Dequeue();
        _queue.Enqueue((envelope, broker.Timestamp));
        return true;
    }

    internal int Deliver(int most)
    {
        var count = 0;
        while (count < most && _queue.TryDequeue(out var next))
        {
            if (broker.Age(next.At).TotalMilliseconds > QueueLimits.MaxAgeMs) continue;
            _events.Add(new LinkEvent.Received(next.Envelope));
            count++;
        }
        return count;
    }

    private string Why() => !broker.Has(this) ? "stopped" : broker.Down ? "the broker is down" : _cut ? "cut off from the broker" : "blocked by the broker";
}
