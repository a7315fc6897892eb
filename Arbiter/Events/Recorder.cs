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
    private readonly Dictionary<GroupName, (long Version, TimeSpan At)> _wished = [];
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private long _version;
    private SpeakerToken _told;

    public Recorder(ClusterName cluster, IRegister register, TimeProvider time)
    {
        (_cluster, _register, _time) = (cluster, register, time);
        register.Watch(Take);
    }

    /// <summary>From the register's loop.</summary>
    private void Take(OutboxPicture picture)
    {
        lock (_gate) (_picture, _version) = (picture, _version + 1);
        var speaker = new SpeakerToken(picture.Generation, picture.Term);
        if (!picture.Leading || speaker == _told) return;
        _told = speaker;
        _register.Wish(new OutboxWish.Note(new RecordedEvent
        {
            Number = 0, Generation = 0, Epoch = 0,
            Id = EventIds.Leader(_cluster, picture.Generation, picture.Term),
            Type = EventTypes.LeaderChanged, Severity = Severities.Info,
            To = _register.Status.Leader, Reason = $"leads term {picture.Term} of generation {picture.Generation}", Utc = _time.GetUtcNow(),
        }));
    }

    public void Look(GroupState state, TimeSpan now)
    {
        if (!state.Leading) return;
        Outbox box;
        lock (_gate)
        {
            if (!_picture.Leading) return;
            // nothing new since the last wish for this group, and it may still come
            if (_wished.TryGetValue(state.Rules.Group, out var last) && last.Version == _version && now - last.At < s_again) return;
            box = _picture.Outbox;
        }
        var wishes = Recording.Wishes(state, box, now, _time.GetUtcNow());
        if (wishes.IsEmpty) return;
        lock (_gate) _wished[state.Rules.Group] = (_version, now);
        foreach (var wish in wishes) _register.Wish(wish);
    }
}
