using System.Collections.Immutable;
using System.Globalization;
using Arbiter.Core;

namespace Arbiter.Notifications.Delivery;

// From the ring of the register and the history into the lanes.
internal sealed partial class Deliveries
{
    /// <summary>Numbers asked of the history at once.</summary>
    public const int Page = 500;
    /// <summary>A server that was away just now may have what the others lack: asked again after these, then told as lost.</summary>
    private static readonly TimeSpan[] s_searchAgain = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)];

    private void Read(Recipient to)
    {
        if (!to.Inbox.Known) return;
        var box = _picture.Outbox;
        var ring = box.Events.IsEmpty ? box.Last + 1 : box.Events[0].Number;
        while (to.Inbox.Held < _room && to.Searching is null)
        {
            to.Inbox.Skip();
            var next = to.Inbox.Next;
            if (next > box.Last) break;
            if (next >= ring)
            {
                Take(to, box.Events[(int)(next - ring)]);
                continue;
            }
            if (!_settings.HasHistory)
            {
                Miss(to, next, ring - 1);
                continue;
            }
            if (_now < to.SearchAt) return;
            to.Searching = new DeliveryEffect.Search(to.Name, _picture.Generation, _picture.Term, next, Math.Min(next + Page - 1, ring - 1));
            _effects.Add(to.Searching);
        }
        // behind the last missing one: everything that is missing in one notice
        if (to.Searching is null && to.Inbox.Next >= ring && to.Inbox.TakeMissing() is { } missing) Coalesce(to, missing);
    }

    private void Take(DeliveryInput.Found found)
    {
        if (_recipients.FirstOrDefault(r => r.Searching == found.Asked) is not { } to) return;
        to.Searching = null;
        var (first, last) = (found.Asked.First, found.Asked.Last);
        var events = found.Events.Where(e => e.Generation == found.Asked.Generation && e.Number >= first && e.Number <= last)
            .DistinctBy(e => e.Number).ToDictionary(e => e.Number);
        var complete = true;
        for (var n = first; n <= last && complete; n++) complete = events.ContainsKey(n) || to.Inbox.IsSettled(n);
        if (!complete && to.Searches < s_searchAgain.Length)
        {
            to.SearchAt = _now + s_searchAgain[to.Searches++];
            return;
        }
        (to.Searches, to.SearchAt) = (0, default);
        for (var n = to.Inbox.Next; n <= last; n = to.Inbox.Next)
        {
            if (events.TryGetValue(n, out var what)) Take(to, what);
            else Miss(to, n, n);
            to.Inbox.Skip();
        }
    }

    private void Take(Recipient to, RecordedEvent what)
    {
        to.Inbox.Read(what.Number);
        if (_settings.Routes.InsteadOf(to.Name, what) is not { } instead) return;
        to.Inbox.Hold(what.Number);
        Put(to, instead.IsEmpty ? LaneKind.Main : LaneKind.Fallback, new Letter(what) { Number = what.Number, InsteadOf = instead, Since = what.Utc });
    }

    private void Miss(Recipient to, long first, long last)
    {
        // settled ones between are nobody's loss
        for (var n = first; n <= last; n = to.Inbox.Next)
        {
            var end = n;
            while (end < last && !to.Inbox.IsSettled(end + 1)) end++;
            var full = to.Inbox.Miss(n, end);
            to.Inbox.Read(end);
            to.Inbox.Skip();
            if (full is not null) Coalesce(to, full);
        }
    }

    private void Coalesce(Recipient to, Missing missing)
    {
        var what = new RecordedEvent
        {
            Number = missing.First, Generation = _picture.Generation, Epoch = 0,
            Id = string.Create(CultureInfo.InvariantCulture, $"evt_{_settings.Cluster}_{_picture.Generation}_{missing.First}-{missing.Last}_coalesced"),
            Type = EventTypes.EventsCoalesced, Severity = Severities.Warning, To = missing.Ranges,
            Reason = "no server holds these events any more; what stands now is told by 'arbiter status'", Utc = _utc,
        };
        Say(Loudness.Warning, to, $"the events {missing.Ranges} of generation {_picture.Generation} cannot be told one by one any more: neither the register nor the history holds them");
        to.Inbox.Hold(missing.First);
        Put(to, LaneKind.Main, new Letter(what) { Number = missing.First, Since = _utc });
    }

    private void Put(Recipient to, LaneKind kind, Letter letter)
    {
        letter.DueAt = _now;
        to.Put(letter.Event, kind, letter);
        // an alert of now must not wait for a quarter of an hour behind one of yesterday
        if (kind == LaneKind.Main && to.LaneOf(new LaneKey(letter.Event.Group ?? "", kind)) is { InFlight: false } own && own.Letters.Peek() is { Attempts: > 0 } first)
            first.DueAt = Schedule.Least(first.DueAt, Most(_now, first.TriedAt + Schedule.Hurry));
        _effects.Add(new DeliveryEffect.Count(Counted.Queued, to.Name));
        if (to.Disabled && kind != LaneKind.Again && to.LaneOf(new LaneKey(letter.Event.Group ?? "", kind)) is { InFlight: false } lane) GiveUpAll(to, lane);
    }
}
