using Arbiter.Core;
using Arbiter.Notifications;
using Arbiter.Notifications.Delivery;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Simulation.Quorum;
using World.Time;

namespace Simulation.Cluster;

/// <summary>
/// What <c>NotificationDesk</c> is in production, without its tasks: the deliveries of one replica, and their attempts at receivers that are
/// simulated. There is no history here: what the register's ring no longer holds is told as coalesced.
/// </summary>
internal sealed class Notifier
{
    private readonly Replica _replica;
    private readonly Timeline _time;
    private readonly ReplicaClock _clock;
    private readonly IRegister _register;
    private readonly Deliveries _deliveries;
    private readonly SortedDictionary<string, SimulatedReceiver> _receivers = new(StringComparer.Ordinal);
    private readonly SortedSet<long> _underWay = [];
    private readonly Action<string, RecordedEvent> _delivered;
    private readonly StrictLog<Notifier> _log;
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private OutboxPicture? _taken;

    /// <param name="delivered">A receiver took an event and answers well.</param>
    public Notifier(Replica replica, Timeline time, ClusterName cluster, IReadOnlyList<SimulatedReceiver> receivers, ulong seed, StrictLog<Notifier> log, Action<string, RecordedEvent> delivered)
    {
        (_replica, _time, _clock, _register, _log, _delivered) = (replica, time, replica.Clock, replica.Register, log, delivered);
        _deliveries = new Deliveries(new DeliverySettings { Cluster = cluster, Routes = new RouteTable([.. receivers.Select(r => r.Name)], []), Seed = seed });
        foreach (var receiver in receivers) _receivers.Add(receiver.Name, receiver);
        _register.Watch(See);
    }

    public ClusterPlanted Planted { get; init; } = ClusterPlanted.Nothing;

    private void See(OutboxPicture picture)
    {
        _picture = picture;
        _replica.Post(Loop.Notifications, Tick);
    }

    public void Tick() => Turn(new DeliveryInput.Tick(_clock.Now, _clock.GetUtcNow()));

    private void Turn(DeliveryInput input)
    {
        if (_taken != _picture)
        {
            _taken = _picture;
            Advance(new DeliveryInput.Picture(input.Now, input.Utc, _picture));
        }
        Advance(input);
    }

    private void Advance(DeliveryInput input)
    {
        foreach (var effect in _deliveries.Advance(input))
        {
            switch (effect)
            {
                case DeliveryEffect.Send e: Send(e); break;
                case DeliveryEffect.Abandon e: _underWay.ExceptWith(e.Attempts); break;
                case DeliveryEffect.Wish e: _register.Wish(e.What); break;
                case DeliveryEffect.Say { Loudness: not Loudness.Information } e: _log.Line($"receiver {e.Receiver}: {e.Text}"); break;
                case DeliveryEffect.Search: throw new Broken("P1", "the deliveries search a history that they were told is not there");
            }
        }
    }

    private void Send(DeliveryEffect.Send send)
    {
        _underWay.Add(send.Id);
        var receiver = _receivers[send.Receiver];
        if (Planted.SettledBeforeDelivery || Planted.SentWithoutOrder)
            _replica.Post(Loop.Notifications, () => Turn(new DeliveryInput.Ended(_clock.Now, _clock.GetUtcNow(), send.Id, new DeliveryOutcome(DeliveryResult.Delivered, "200"))));
        // what left is not called back by the end of its sender, unless it says so itself while it is on its way
        _time.After(receiver.Way() * (Planted.SentWithoutOrder ? 1000 : 1), () =>
        {
            if (_replica.Alive && !_underWay.Contains(send.Id)) return;
            var (heard, after, taken) = receiver.Take();
            if (Planted.SuccessUnheard) heard = new DeliveryOutcome(DeliveryResult.Failed, "no answer");
            if (Planted.WaitsForever && !taken) return;
            if (taken)
            {
                receiver.Taken++;
                _delivered(receiver.Name, send.Event);
            }
            _time.After(after, () => _replica.Post(Loop.Notifications, () =>
            {
                _underWay.Remove(send.Id);
                Turn(new DeliveryInput.Ended(_clock.Now, _clock.GetUtcNow(), send.Id, heard));
            }));
        });
    }
}
