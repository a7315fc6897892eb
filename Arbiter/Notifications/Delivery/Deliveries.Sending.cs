using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

// Out of the lanes: attempts, their ends, and giving up.
internal sealed partial class Deliveries
{
    private void SendDue()
    {
        for (var i = 0; i < _recipients.Length; i++)
        {
            // another begins each time, so that the last in the file is not the last for ever
            var to = _recipients[(i + _turn) % _recipients.Length];
            SettleFallbacks(to);
            MakeRoom(to);
            var most = to.Broken ? 1 : _share;
            while (to.InFlight < most && _underWay.Count < MostInFlight && NextOf(to) is { } lane) Send(to, lane);
        }
        _turn = (_turn + 1) % _recipients.Length;
    }

    /// <summary>The lane whose first letter has waited longest; null when nothing is due.</summary>
    private Lane? NextOf(Recipient to)
    {
        Lane? best = null;
        foreach (var lane in to.Lanes.Values)
        {
            if (lane.InFlight || !lane.Letters.TryPeek(out var letter) || letter.DueAt > _now) continue;
            var again = lane.Key.Kind == LaneKind.Again;
            if (!Leading && letter.Recorded || !letter.InsteadOf.IsEmpty) continue;
            // by hand it is tried at once, whatever the receiver said
            if (!again && (to.Disabled || to.HoldUntil > _now || to.Broken && to.FailedAt + Schedule.Probe > _now)) continue;
            if (best is null || letter.DueAt < best.Letters.Peek().DueAt) best = lane;
        }
        return best;
    }

    private void Send(Recipient to, Lane lane)
    {
        var letter = lane.Letters.Peek();
        var id = ++_attempts;
        (lane.InFlight, to.InFlight, letter.Attempts) = (true, to.InFlight + 1, letter.Attempts + 1);
        letter.TriedAt = _now;
        _underWay.Add(id, (to, lane, letter));
        _effects.Add(new DeliveryEffect.Send(id, to.Name, letter.Event, new DeliveryAttempt(letter.Attempts, letter.Recorded)));
    }

    private void End(long attempt, DeliveryOutcome outcome)
    {
        // of an earlier leadership
        if (!_underWay.Remove(attempt, out var sent)) return;
        var (to, lane, letter) = sent;
        (lane.InFlight, to.InFlight) = (false, to.InFlight - 1);
        to.Last = new LastResult(_utc, letter.Event.Id, outcome.Result, Clip(outcome.Detail));
        switch (outcome.Result)
        {
            case DeliveryResult.Delivered:
                Done(to, lane, letter, null);
                to.Delivered++;
                if (lane.Key.Kind == LaneKind.Again) Revive(to, letter);
                _effects.Add(new DeliveryEffect.Count(Counted.Delivered, to.Name, Age(letter.Event.Utc)));
                Reached(to.Name);
                break;
            case DeliveryResult.Failed when Age(letter.Since) < Schedule.GiveUp && !(to.Disabled && lane.Key.Kind != LaneKind.Again):
                Later(to, letter, outcome);
                break;
            case DeliveryResult.Failed:
                Failed(to);
                GiveUp(to, lane, to.Disabled ? "the receiver wants nothing any more" : $"given up after 72 h: {outcome.Detail}");
                break;
            case DeliveryResult.Rejected:
                GiveUp(to, lane, outcome.Detail);
                break;
            case DeliveryResult.Gone:
                GiveUp(to, lane, outcome.Detail);
                Disable(to, outcome.Detail);
                break;
            default: throw new InvalidOperationException($"unknown result {outcome.Result}");
        }
        if (lane.Letters.Count == 0) to.Lanes.Remove(lane.Key);
    }

    private static void Revive(Recipient to, Letter letter)
    {
        to.Revived.Enqueue((letter.Event.Generation, letter.Event.Number));
        if (to.Revived.Count > ReceiverProgress.MaxDead) to.Revived.Dequeue();
        to.TookOffAt = TimeSpan.MinValue;
    }

    /// <summary>What was delivered by hand after all is not dead any more; wished until the register has it off its list.</summary>
    private void TakeOff(Recipient to)
    {
        if (to.Revived.Count == 0 || !Due(to.TookOffAt, TimeSpan.FromSeconds(3))) return;
        foreach (var letter in StillListed(to))
        {
            to.TookOffAt = _now;
            _effects.Add(new DeliveryEffect.Wish(new OutboxWish.Redelivered(to.Name, letter.Number)));
        }
    }

    /// <summary>Delivered by hand, and the register still has it as dead.</summary>
    private IEnumerable<DeadLetter> StillListed(Recipient to) =>
        (_picture.Outbox.Receivers.GetValueOrDefault(to.Name)?.Dead ?? []).Where(d => to.Revived.Contains((_picture.Generation, d.Number)));

    private void Later(Recipient to, Letter letter, DeliveryOutcome outcome)
    {
        Failed(to);
        var wait = Schedule.After(letter.Attempts, outcome.RetryAfter, ref _seed);
        letter.DueAt = _now + wait;
        if (outcome.RetryAfter is not null && wait > to.HoldUntil - _now) to.HoldUntil = letter.DueAt;
        if (letter.Attempts == 1 && !to.Broken) Say(Loudness.Warning, to, $"did not take {letter.Event.Id}: {outcome.Detail}; it is tried again");
        if (to.Failures == Recipient.BreakAt) Say(Loudness.Error, to, $"failed {Recipient.BreakAt} times in a row ({outcome.Detail}): one attempt at a time from now on");
    }

    private void Failed(Recipient to)
    {
        (to.Failures, to.Failed, to.FailedAt) = (to.Failures + 1, to.Failed + 1, _now);
        _effects.Add(new DeliveryEffect.Count(Counted.Failed, to.Name));
    }

    /// <summary>It answers: whatever waited for it to come back goes at once.</summary>
    private void Reached(string receiver)
    {
        if (_recipients.FirstOrDefault(r => r.Name == receiver) is not { } to) return;
        if (to.Disabled) Enable(to);
        if (to.Failures == 0) return;
        var (failures, broken) = (to.Failures, to.Broken);
        (to.Failures, to.HoldUntil) = (0, default);
        if (!broken) return;
        Say(Loudness.Information, to, $"answers again after {failures} failures");
        foreach (var lane in to.Lanes.Values) Hasten(lane);
    }

    private void Back(string receiver)
    {
        if (_recipients.FirstOrDefault(r => r.Name == receiver) is not { } to) return;
        Reached(receiver);
        foreach (var lane in to.Lanes.Values) Hasten(lane);
    }

    private void Hasten(Lane lane)
    {
        if (!lane.InFlight && lane.Letters.TryPeek(out var letter)) letter.DueAt = Schedule.Least(letter.DueAt, _now);
    }

    private void Done(Recipient to, Lane lane, Letter letter, DeadLetter? dead)
    {
        lane.Letters.Dequeue();
        if (letter.Number > 0) to.Inbox.Settle(letter.Number, dead);
    }

    /// <summary>The first of a lane.</summary>
    private void GiveUp(Recipient to, Lane lane, string reason)
    {
        var letter = lane.Letters.Peek();
        Done(to, lane, letter, new DeadLetter(letter.Number, letter.Event.Id, Clip(reason), _utc));
        to.Dead++;
        _effects.Add(new DeliveryEffect.Count(Counted.Dead, to.Name));
        Say(Loudness.Error, to, $"will not get {letter.Event.Id} ({letter.Event.Type}): {reason}; 'arbiter notifications redeliver' sends it again");
    }

    private void GiveUpAll(Recipient to, Lane lane)
    {
        while (lane.Letters.Count > 0) GiveUp(to, lane, "the receiver wants nothing any more (410)");
        to.Lanes.Remove(lane.Key);
    }

    private void Disable(Recipient to, string detail)
    {
        if (to.Disabled) return;
        to.Disabled = true;
        Say(Loudness.Error, to, $"wants nothing any more ({detail}): everything for it is dead from now on, until a test gets through or the arbiter is started again");
        foreach (var lane in to.Lanes.Values.Where(l => !l.InFlight && l.Key.Kind != LaneKind.Again).ToArray()) GiveUpAll(to, lane);
        Note(to, EventTypes.DiagnosisRaised, Severities.Critical, $"the receiver {to.Name} wants nothing any more: {detail}");
    }

    private void Enable(Recipient to)
    {
        to.Disabled = false;
        Say(Loudness.Information, to, "takes events again");
        Note(to, EventTypes.DiagnosisCleared, Severities.Info, $"the receiver {to.Name} takes events again");
    }

    /// <summary>The others are told, by the register.</summary>
    private void Note(Recipient about, string type, string severity, string text)
    {
        if (!Leading) return;
        _effects.Add(new DeliveryEffect.Wish(new OutboxWish.Note(new RecordedEvent
        {
            Number = 0, Generation = 0, Epoch = 0, Type = type, Severity = severity, To = "ReceiverGone", Reason = text, Utc = _utc,
            Id = $"evt_{_settings.Cluster}_{_picture.Generation}_{_picture.Outbox.Last + 1}_{about.Name}_{(type == EventTypes.DiagnosisRaised ? "gone" : "back")}",
        })));
    }

    /// <summary>A fallback learns whether it is needed: a receiver of the route gave up, or failed for so long.</summary>
    private void SettleFallbacks(Recipient to)
    {
        foreach (var lane in to.Lanes.Values.Where(l => l.Key.Kind == LaneKind.Fallback).ToArray())
        {
            while (!lane.InFlight && lane.Letters.TryPeek(out var letter) && !letter.InsteadOf.IsEmpty)
            {
                var first = letter.InsteadOf.Select(name => _recipients.First(r => r.Name == name)).ToArray();
                var late = Age(letter.Since) >= Schedule.Fallback;
                var needed = first.Any(r => r.Inbox.GaveUp(letter.Number) || late && r.Failures > 0 && !r.Inbox.IsSettled(letter.Number));
                if (needed)
                {
                    (letter.InsteadOf, letter.DueAt) = ([], _now);
                    Say(Loudness.Warning, to, $"is told {letter.Event.Id} as the fallback of {string.Join(", ", first.Select(r => r.Name))}");
                }
                else if (first.All(r => r.Inbox.Known && r.Inbox.IsSettled(letter.Number))) Done(to, lane, letter, null);
                else break;
            }
            if (lane.Letters.Count == 0) to.Lanes.Remove(lane.Key);
        }
    }

    /// <summary>One event that is refused again and again must not use up what the register keeps of the others' progress.</summary>
    private void MakeRoom(Recipient to)
    {
        if (to.Inbox.Ahead < Inbox.MostAhead || to.Inbox.OldestHeld is not { } oldest) return;
        var lane = to.Lanes.Values.FirstOrDefault(l => l.Letters.TryPeek(out var first) && first.Number == oldest);
        if (lane is null or { InFlight: true }) return;
        var letter = lane.Letters.Peek();
        if (letter.InsteadOf.IsEmpty && letter.Attempts > 0) GiveUp(to, lane, $"given up, because {Inbox.MostAhead} newer events were delivered meanwhile");
        else (letter.InsteadOf, letter.DueAt) = ([], _now);
        if (lane.Letters.Count == 0) to.Lanes.Remove(lane.Key);
    }

    private TimeSpan Age(DateTimeOffset since) => _utc > since ? _utc - since : TimeSpan.Zero;
}
