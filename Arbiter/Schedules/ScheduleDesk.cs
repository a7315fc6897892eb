using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Schedules;

/// <summary>
/// Hands each time of a schedule to its group's loop, once, and sees to it that each is accounted for in the register: as a move, or as
/// missed with the reason. On a replica that does not lead nothing comes of it. Thread safe.
/// </summary>
internal sealed partial class ScheduleDesk : ISchedules, IMoveAnswers
{
    /// <summary>Reasons kept until the register has them; with more, the oldest go and the record says less.</summary>
    private const int MostReasons = 256;

    private readonly ImmutableArray<Planning> _plans;
    private readonly Lazy<IGroups> _groups;
    private readonly IRegister _register;
    private readonly ProcessClock _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<Firing, string> _reasons = [];
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private SpeakerToken _accounted;

    public ScheduleDesk(IEnumerable<Planning> plans, Lazy<IGroups> groups, IRegister register, ProcessClock clock, ILogger<ScheduleDesk> log)
    {
        (_plans, _groups, _register, _clock, _log) = ([.. plans], groups, register, clock, log);
        register.Watch(Take);
    }

    public ImmutableArray<Planning> Plans => _plans;

    private DateTimeOffset Utc => _clock.Time.GetUtcNow();

    /// <summary>A time has come.</summary>
    public void Fire(string schedule, DateTimeOffset due)
    {
        if (_plans.FirstOrDefault(p => p.Name == schedule) is not { } plan) return;
        bool leading;
        lock (_gate) leading = _picture.Leading;
        if (!leading) return;
        var firing = new Firing(schedule, due);
        if (Utc - due > Accounts.LateMost)
        {
            Miss(plan, firing, $"it fired {(Utc - due).TotalSeconds:0} s late: the clock jumped or the machine stood still");
            return;
        }
        Fired(_log, plan.Group.Value, schedule, due);
        _groups.Value.Post(plan.Group, new Input.MoveAsked(_clock.Now, new MoveRequest("scheduled", Accounts.Why(plan, due)) { To = plan.Options.To, Firing = firing }));
    }

    public void Answered(GroupName group, MoveRequest request, bool begun, string text)
    {
        if (begun || request.Firing is not { } firing || _plans.FirstOrDefault(p => p.Name == firing.Schedule) is not { } plan) return;
        Miss(plan, firing, text);
    }

    /// <summary>Time has passed: what should have come to something by now and has not is recorded as missed.</summary>
    public void Account()
    {
        OutboxPicture picture;
        lock (_gate) picture = _picture;
        if (!picture.Leading) return;
        Record(picture, Utc - Accounts.LateMost, "nothing came of it, and nobody said why");
    }

    public ImmutableArray<ScheduleStatus> Of(GroupName group)
    {
        var (now, status) = (Utc, _register.Status);
        return
        [
            .. _plans.Where(p => p.Group == group).Select(p => new ScheduleStatus(
                p.Name, p.Options.Timetable.Text, p.Options.Timetable.Zone.Id, p.Options.To?.Value, p.Options.Why,
                p.Options.Timetable.Next(now), Accounts.Last(p, status.Outbox, status.Assignments.GetValueOrDefault(group)))),
        ];
    }

    /// <summary>From the register's loop. A new leader's first look: what was due until now was the business of leaders before it, or of nobody.</summary>
    private void Take(OutboxPicture picture)
    {
        var speaker = new SpeakerToken(picture.Generation, picture.Term);
        bool gained;
        lock (_gate)
        {
            gained = picture.Leading && _accounted != speaker;
            if (gained) _accounted = speaker;
            _picture = picture;
            foreach (var told in _reasons.Keys.Where(f => f.IsSpent(picture.Outbox)).ToArray()) _reasons.Remove(told);
        }
        if (gained) Record(picture, Utc, $"this arbiter leads only since behind that time (term {picture.Term}); nobody led then, or the leader died of it");
    }

    private void Record(OutboxPicture picture, DateTimeOffset until, string otherwise)
    {
        if (Accounts.Unknown(_plans, picture.Outbox, Utc) is { } unknown) _register.Wish(unknown);
        foreach (var missed in Accounts.Missed(_plans, picture.Outbox, until, ReasonOf, otherwise)) Wish(missed);
    }

    private void Miss(Planning plan, Firing firing, string why)
    {
        lock (_gate)
        {
            if (_reasons.Count >= MostReasons) _reasons.Remove(_reasons.Keys.MinBy(f => f.At)!);
            _reasons[firing] = why;
        }
        Wish(new OutboxWish.Missed(firing, plan.Group, Accounts.Reason(plan, firing.At, why)));
    }

    private void Wish(OutboxWish.Missed missed)
    {
        Missed(_log, missed.Group.Value, missed.Reason);
        _register.Wish(missed);
    }

    private string? ReasonOf(Firing firing)
    {
        lock (_gate) return _reasons.GetValueOrDefault(firing);
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "{Group}: schedule {Schedule}, due {Due:u}, is handed to the group")]
    private static partial void Fired(ILogger log, string group, string schedule, DateTimeOffset due);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Warning, Message = "{Group}: {Reason}")]
    private static partial void Missed(ILogger log, string group, string reason);
}
