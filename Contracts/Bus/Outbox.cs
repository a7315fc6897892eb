namespace Contracts.Bus;

/// <summary>
/// What waits to be sent, in order. With room nothing is replaced, so each change of role leaves as it came; when full, the oldest waiting
/// message of the same exchange and routing key gives way (the newest level wins), and without one the oldest of all. Thread safe.
/// </summary>
internal sealed class Outbox(int capacity)
{
    private readonly LinkedList<Envelope> _waiting = [];

    /// <summary>Adds it; returns the message that gave way, or null.</summary>
    public Envelope? Add(Envelope envelope)
    {
        lock (_waiting)
        {
            Envelope? gone = null;
            if (_waiting.Count >= capacity)
            {
                var node = _waiting.First!;
                while (node is not null && (node.Value.Exchange != envelope.Exchange || node.Value.RoutingKey != envelope.RoutingKey)) node = node.Next;
                node ??= _waiting.First!;
                gone = node.Value;
                _waiting.Remove(node);
            }
            _waiting.AddLast(envelope);
            return gone;
        }
    }

    /// <summary>The oldest, or null when nothing waits.</summary>
    public Envelope? Take()
    {
        lock (_waiting)
        {
            if (_waiting.First is not { } node) return null;
            _waiting.RemoveFirst();
            return node.Value;
        }
    }
}
