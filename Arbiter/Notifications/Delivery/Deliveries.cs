using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Notifications.Delivery;

internal sealed record DeliverySettings
{
    public required ClusterName Cluster { get; init; }
    public required RouteTable Routes { get; init; }
    /// <summary>There is somebody to ask for what the ring of the register no longer holds.</summary>
    public bool HasHistory { get; init; }
    public ulong Seed { get; init; }
}

internal readonly record struct Leadership(long Generation, long Term);

/// <summary>
/// Who is sent what, and when again. Pure: takes an input, changes itself, returns what to do. What was delivered is wished into the register
/// until it stands there, so a new leader goes on above it; it may send once more what was under way, under the same id.
/// </summary>
internal sealed partial class Deliveries
{
    /// <summary>Attempts under way in all; a receiver has its share, so that one that hangs takes nobody else's.</summary>
    public const int MostInFlight = 64;
    /// <summary>Events held in memory for all receivers together; what has no room stays in the register and the history.</summary>
    public const int MostHeld = 10_000;
    private const int MostAgain = 100;

    private readonly DeliverySettings _settings;
    private readonly ImmutableArray<Recipient> _recipients;
    private readonly Dictionary<long, (Recipient To, Lane Lane, Letter Letter)> _underWay = [];
    private readonly List<DeliveryEffect> _effects = [];
    private readonly int _share;
    private readonly int _room;
    private OutboxPicture _picture = new(false, false, 0, 0, Outbox.Empty);
    private Leadership? _leads;
    private ulong _seed;
    private long _attempts;
    private int _turn;
    private TimeSpan _now;
    private DateTimeOffset _utc;
    private TimeSpan _introducedAt = TimeSpan.MinValue;

    public Deliveries(DeliverySettings settings)
    {
        (_settings, _seed) = (settings, settings.Seed);
        _recipients = [.. settings.Routes.Receivers.Select(r => new Recipient(r))];
        _share = Math.Clamp(MostInFlight / Math.Max(1, _recipients.Length), 1, 16);
        _room = MostHeld / Math.Max(1, _recipients.Length);
    }

    public bool Leading => _leads is not null;

    /// <summary>The list is used again: read it before the next call.</summary>
    public IReadOnlyList<DeliveryEffect> Advance(DeliveryInput input)
    {
        _effects.Clear();
        if (_recipients.IsEmpty) return _effects;
        (_now, _utc) = (input.Now > _now ? input.Now : _now, input.Utc);
        switch (input)
        {
            case DeliveryInput.Picture i: See(i.Outbox); break;
            case DeliveryInput.Found i: Take(i); break;
            case DeliveryInput.Ended i: End(i.Attempt, i.How); break;
            case DeliveryInput.Reached i: Reached(i.Receiver); break;
            case DeliveryInput.Back i: Back(i.Receiver); break;
            case DeliveryInput.Redeliver i: Again(i); break;
            case DeliveryInput.Tick: break;
            default: throw new InvalidOperationException($"unknown input {input.GetType().Name}");
        }
        WatchQuorum();
        if (Leading) foreach (var to in _recipients) Read(to);
        SendDue();
        if (Leading) Tell();
        return _effects;
    }

    private void See(OutboxPicture picture)
    {
        var was = _picture;
        _picture = picture;
        NoteQuorum(was, picture);
        Leadership? leads = picture.Leading ? new Leadership(picture.Generation, picture.Term) : null;
        if (leads != _leads)
        {
            Leave();
            _leads = leads;
            if (Leading) foreach (var to in _recipients) to.Inbox.Start(picture.Outbox.Receivers.GetValueOrDefault(to.Name));
            return;
        }
        if (!Leading) return;
        foreach (var to in _recipients)
        {
            var progress = picture.Outbox.Receivers.GetValueOrDefault(to.Name);
            if (progress is not null && to.Inbox.Known) to.Inbox.See(progress);
            else
            {
                // new in the register, or taken out of it for want of room
                if (to.Inbox.Known) Drop(to);
                to.Inbox.Start(progress);
            }
        }
    }

    /// <summary>Nothing is known for sure any more, and somebody else may send.</summary>
    private void Leave()
    {
        foreach (var to in _recipients)
        {
            Drop(to);
            to.Inbox.Forget();
        }
        _introducedAt = TimeSpan.MinValue;
    }

    /// <summary>Without what the register counts; what only this replica can tell stays.</summary>
    private void Drop(Recipient to)
    {
        var gone = _underWay.Where(u => u.Value.To == to && u.Value.Letter.Recorded).Select(u => u.Key).Order().ToImmutableArray();
        foreach (var id in gone)
        {
            _underWay[id].Lane.InFlight = false;
            to.InFlight--;
            _underWay.Remove(id);
        }
        if (!gone.IsEmpty) _effects.Add(new DeliveryEffect.Abandon(gone));
        foreach (var (key, lane) in to.Lanes.ToArray())
        {
            lane.Keep(l => !l.Recorded);
            if (lane.Letters.Count == 0) to.Lanes.Remove(key);
        }
        (to.Searching, to.Searches, to.SearchAt, to.WishedAt, to.Wished, to.TookOffAt) = (null, 0, default, TimeSpan.MinValue, default, TimeSpan.MinValue);
    }

    /// <summary>What the register does not know yet is wished until it stands there.</summary>
    private void Tell()
    {
        if (_recipients.Any(r => !_picture.Outbox.Receivers.ContainsKey(r.Name)) && Due(_introducedAt, TimeSpan.FromSeconds(2)))
        {
            _introducedAt = _now;
            _effects.Add(new DeliveryEffect.Wish(new OutboxWish.Receivers(_settings.Routes.Receivers)));
        }
        foreach (var to in _recipients)
        {
            TakeOff(to);
            // wishes are gathered: the register takes them with its next renewal anyway
            if (!to.Inbox.Known || !Due(to.WishedAt, TimeSpan.FromMilliseconds(250)) || !to.Inbox.Unsaid) continue;
            var mark = to.Inbox.Mark;
            if (mark == to.Wished && !Due(to.WishedAt, TimeSpan.FromSeconds(3))) continue;
            (to.WishedAt, to.Wished) = (_now, mark);
            _effects.Add(new DeliveryEffect.Wish(to.Inbox.Wish(to.Name, _picture.Outbox.Last)));
        }
    }

    private bool Due(TimeSpan last, TimeSpan every) => last == TimeSpan.MinValue || _now - last >= every;

    private void Say(Loudness loudness, Recipient to, string text) => _effects.Add(new DeliveryEffect.Say(loudness, to.Name, text));

    private static string Clip(string text) => text.Length <= 200 ? text : text[..200];
}
