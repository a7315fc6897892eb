using Contracts.Vocabulary;
using World.Time;

namespace World.Hosts;

/// <summary>
/// Somebody who uses a VIP all the time. Its packets go to whoever announced the VIP last (gratuitous ARP); when that one has it no more it asks
/// the segment anew after a while, as a kernel does. Whether it is served is worked out at each change, so outages are exact.
/// </summary>
/// <param name="obstacle">Why a client whose packets go to this node would not be served; null when it would.</param>
/// <param name="silent">Whether nobody answers for the VIP at this node.</param>
/// <param name="holder">Somebody who would answer to a question for the VIP.</param>
internal sealed class VipClient(Timeline time, Func<NodeId, string?> obstacle, Func<NodeId, bool> silent, Func<NodeId?> holder)
{
    private const int MostOutages = 100;
    private readonly Queue<Outage> _outages = new();
    private TimeSpan _lostAt;
    private Alarm? _asking;

    /// <summary>It is served no more, or again after that long (zero: for the first time).</summary>
    public required Action<string?, TimeSpan> Changed { get; init; }

    public NodeId? Reached { get; private set; }
    public bool Served { get; private set; }
    /// <summary>Before it was served for the first time nothing counts as an outage.</summary>
    public bool EverServed { get; private set; }

    public IEnumerable<Outage> Outages => Served || !EverServed ? _outages : _outages.Append(new Outage(_lostAt, null)).TakeLast(MostOutages);

    public void Heard(NodeId from)
    {
        Reached = from;
        Judge();
    }

    /// <summary>Something changed somewhere.</summary>
    public void Judge()
    {
        var why = Reached is { } reached ? obstacle(reached) : "nobody has announced it";
        LookForAnother(Reached is not { } node || silent(node));
        if (why is null == Served) return;
        Served = why is null;
        if (!Served) _lostAt = time.Now;
        else if (EverServed)
        {
            if (_outages.Count == MostOutages) _outages.Dequeue();
            _outages.Enqueue(new Outage(_lostAt, time.Now));
        }
        Changed(why, Served && EverServed ? time.Now - _lostAt : TimeSpan.Zero);
        EverServed |= Served;
    }

    private void LookForAnother(bool needed)
    {
        if (!needed)
        {
            _asking?.Cancel();
            _asking = null;
        }
        else _asking ??= time.After(Delays.Neighbour, Ask);
    }

    private void Ask()
    {
        _asking = time.After(Delays.NeighbourAgain, Ask);
        if (holder() is { } found) Heard(found);
    }
}
