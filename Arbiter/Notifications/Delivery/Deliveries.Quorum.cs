using System.Globalization;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Arbiter.Notifications.Delivery;

// The one thing the register cannot record: that it cannot record anything.
internal sealed partial class Deliveries
{
    /// <summary>An election takes about 7 s and is no loss; a majority that does not answer at all is one sooner.</summary>
    private static readonly TimeSpan s_lostFor = TimeSpan.FromSeconds(5);

    private Leadership? _ledLast;
    private TimeSpan? _lostSince;
    /// <summary>The leadership during which the quorum went; until it is told that it is back.</summary>
    private Leadership? _lost;
    private bool _toldLost;
    private TimeSpan _clearedAt = TimeSpan.MinValue;

    private void NoteQuorum(OutboxPicture was, OutboxPicture now)
    {
        if (now.Leading) _ledLast = new Leadership(now.Generation, now.Term);
        _lostSince = now.QuorumLost ? was.QuorumLost ? _lostSince ?? _now : _now : null;
    }

    private void WatchQuorum()
    {
        var current = new Leadership(_picture.Generation, _picture.Term);
        if (_lostSince is { } since)
        {
            // a generation of 0: nothing was ever read, so nothing was ever lost
            if (_lost is not null || _now - since <= s_lostFor || _picture.Generation == 0) return;
            (_lost, _clearedAt) = (current, TimeSpan.MinValue);
            if (_ledLast != current) return;
            _toldLost = true;
            Unrecorded(QuorumEvent(current, raised: true));
            return;
        }
        if (_lost is not { } lost) return;
        if (Leading)
        {
            var back = QuorumEvent(lost, raised: false);
            if (_picture.Outbox.Holds(back.Id)) (_lost, _toldLost) = (null, false);
            else if (Due(_clearedAt, TimeSpan.FromSeconds(2)))
            {
                _clearedAt = _now;
                _effects.Add(new DeliveryEffect.Wish(new OutboxWish.Note(back)));
            }
        }
        else if (!_picture.QuorumLost && _picture.Generation > 0 && current != lost)
        {
            // somebody else leads; whoever heard the bad news from this replica hears the good from it, should the other not know of it
            if (_toldLost) Unrecorded(QuorumEvent(lost, raised: false));
            (_lost, _toldLost) = (null, false);
        }
    }

    private RecordedEvent QuorumEvent(Leadership of, bool raised) => new()
    {
        Number = 0, Generation = of.Generation, Epoch = 0,
        Id = string.Create(CultureInfo.InvariantCulture, $"evt_{_settings.Cluster}_{of.Generation}_{of.Term}_quorum-{(raised ? "lost" : "back")}"),
        Type = raised ? EventTypes.DiagnosisRaised : EventTypes.DiagnosisCleared,
        Severity = raised ? Severities.Critical : Severities.Info, To = "QuorumLost",
        Reason = raised ? "no majority of the register's servers answers: nothing is recorded or ordered, VRRP alone decides" : "a majority of the register's servers answers again",
        Utc = _utc,
    };

    /// <summary>To everybody whom a route names for it, the fallbacks as well: nobody else will tell them.</summary>
    private void Unrecorded(RecordedEvent what)
    {
        foreach (var to in _recipients)
            if (_settings.Routes.InsteadOf(to.Name, what) is not null) Put(to, LaneKind.Main, new Letter(what) { Recorded = false, Since = _utc });
    }
}
