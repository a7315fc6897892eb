using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Events;

/// <summary>Has the register record what <see cref="Recording"/> finds missing. While a wish is on its way the same is not wished again.</summary>
internal sealed class Recorder : IRecorder
{
    /// <summary>A wish that does not stand by then was lost with a change or a leader.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly IRegister _register;
    private readonly TimeProvider _time;
    private readonly ClusterName _cluster;
    private readonly Lock _gate = new();
    private readonly Dictionary<(GroupName, Type), (string What, TimeSpan At)> _wished = [];
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private SpeakerToken _told;
    /// <summary>That this replica leads, until it stands in the register.</summary>
    private (OutboxWish.Note Wish, TimeSpan At)? _leads;

    public Recorder(ClusterName cluster, IRegister register, TimeProvider time)
    {
        (_cluster, _register, _time) = (cluster, register, time);
        register.Watch(Take);
    }

    /// <summary>From the register's loop.</summary>
    private void Take(OutboxPicture picture)
    {
        lock (_gate)
        {
            _picture = picture;
            if (!picture.Leading || _leads is { } said && picture.Outbox.Holds(said.Wish.What.Id)) _leads = null;
        }
        var speaker = new SpeakerToken(picture.Generation, picture.Term);
        if (!picture.Leading || speaker == _told) return;
        _told = speaker;
        var leads = new OutboxWish.Note(new RecordedEvent
        {
            Number = 0, Generation = 0, Epoch = 0,
            Id = EventIds.Leader(_cluster, picture.Generation, picture.Term),
            Type = EventTypes.LeaderChanged, Severity = Severities.Info,
            To = _register.Status.Leader, Reason = $"leads term {picture.Term} of generation {picture.Generation}", Utc = _time.GetUtcNow(),
        });
        lock (_gate) _leads = picture.Outbox.Holds(leads.What.Id) ? null : (leads, TimeSpan.MinValue);
        _register.Wish(leads);
    }

    public void Look(GroupState state, TimeSpan now)
    {
        if (!state.Leading) return;
        Outbox box;
        OutboxWish? again = null;
        lock (_gate)
        {
            if (!_picture.Leading) return;
            box = _picture.Outbox;
            if (_leads is { } unsaid && (unsaid.At == TimeSpan.MinValue || now - unsaid.At >= s_again))
            {
                // the first look after the wish only begins to wait
                if (unsaid.At != TimeSpan.MinValue) again = unsaid.Wish;
                _leads = (unsaid.Wish, now);
            }
        }
        if (again is not null) _register.Wish(again);
        foreach (var wish in Recording.Wishes(state, box, now, _time.GetUtcNow()))
            if (IsNew(state.Rules.Group, wish, now)) _register.Wish(wish);
    }

    /// <summary>What was wished a moment ago is on its way; one transition more makes it another wish, which must not wait.</summary>
    private bool IsNew(GroupName group, OutboxWish wish, TimeSpan now)
    {
        var what = wish switch
        {
            OutboxWish.Transitions t => string.Join(' ', t.Observed.Select(o => $"{o.Node}/{o.BootId}/{o.Counter}")),
            OutboxWish.Diagnoses d => string.Join(' ', d.Active.Select(a => a.Key)),
            _ => "",
        };
        lock (_gate)
        {
            if (_wished.TryGetValue((group, wish.GetType()), out var last) && last.What == what && now - last.At < s_again) return false;
            _wished[(group, wish.GetType())] = (what, now);
            return true;
        }
    }
}
