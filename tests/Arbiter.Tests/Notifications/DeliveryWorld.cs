using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Notifications;
using Arbiter.Notifications.Delivery;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Notifications;

/// <summary>How a receiver answers. Null = not at all, until it is told otherwise.</summary>
internal delegate DeliveryOutcome? Answering(RecordedEvent what);

/// <summary>The deliveries between a register, a history and receivers that the test moves. Attempts take 10 ms, wishes stand 100 ms later.</summary>
internal sealed class DeliveryWorld
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_attempt = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_renewal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(200);

    private readonly DeliverySettings _settings;
    private readonly List<(DeliveryEffect.Send Send, TimeSpan At, int Leader)> _underWay = [];
    private readonly List<(DeliveryEffect.Search Search, TimeSpan At)> _searches = [];
    private readonly List<OutboxWish> _wishes = [];
    private Deliveries _deliveries;
    private OutboxPicture _picture = new(false, false, 1, 0, Outbox.Empty);
    private TimeSpan _renewAt;
    private TimeSpan _tickAt;
    private int _leader;
    private long _asks;

    public DeliveryWorld(DeliverySettings settings)
    {
        _settings = settings;
        _deliveries = new Deliveries(settings);
        foreach (var r in settings.Routes.Receivers) Answers[r] = _ => new DeliveryOutcome(DeliveryResult.Delivered, "it answered 200");
    }

    public static DeliverySettings Settings(string[] receivers, NotificationRoute[]? routes = null, bool history = true, ulong seed = 7, string[]? always = null) => new()
    {
        Cluster = ClusterName.Parse("test"),
        Routes = new RouteTable([.. receivers], [.. routes ?? []], [.. always ?? []]),
        HasHistory = history,
        Seed = seed,
    };

    public TimeSpan Now { get; private set; }
    public Dictionary<string, Answering> Answers { get; } = [];
    /// <summary>Every event of every generation.</summary>
    public List<RecordedEvent> Happened { get; } = [];
    public HashSet<long> Forgotten { get; } = [];
    public bool HistoryAway { get; set; }
    /// <summary>Wishes are lost on their way.</summary>
    public bool RegisterDeaf { get; set; }
    public List<(TimeSpan At, DeliveryEffect.Send Send)> Sent { get; } = [];
    public List<(TimeSpan At, string Receiver, RecordedEvent Event, DeliveryResult Result)> Ended { get; } = [];
    public Action<DeliveryEffect> Seen { get; set; } = _ => { };
    public Action<DeliveryEffect.Send, DeliveryOutcome> SeenEnd { get; set; } = (_, _) => { };
    public OutboxPicture Picture => _picture;
    public Deliveries Deliveries => _deliveries;
    public bool Idle => _underWay.Count == 0;
    public int UnderWay => _underWay.Count(u => u.Leader == _leader);

    public void Show(OutboxPicture picture)
    {
        _picture = picture;
        Advance(new DeliveryInput.Picture(Now, Begin + Now, picture));
    }

    public void Lead(long term) => Show(_picture with { Leading = true, QuorumLost = false, Term = term });

    public void Lose(bool quorum = false) => Show(_picture with { Leading = false, QuorumLost = quorum });

    /// <summary>Another process leads: nothing is left but what the register holds.</summary>
    public void Kill(long term)
    {
        (_deliveries, _leader) = (new Deliveries(_settings), _leader + 1);
        _wishes.Clear();
        _searches.Clear();
        Lead(term);
    }

    public void Seed(long generation)
    {
        _wishes.Clear();
        Show(new OutboxPicture(true, false, generation, 1, Outbox.Empty));
    }

    public RecordedEvent Happen(string? group, string severity = Severities.Warning, string type = EventTypes.DecisionMade)
    {
        var number = _picture.Outbox.Last + 1;
        var what = new RecordedEvent
        {
            Number = 0, Generation = 0, Epoch = number, Id = $"evt_{group ?? "cluster"}_{_picture.Generation}_{number}", Type = type, Severity = severity,
            Group = group, Reason = "it happened", Utc = Begin + Now,
        };
        Append(what);
        return Happened[^1];
    }

    private void Append(RecordedEvent what)
    {
        var box = _picture.Outbox.Append(what, _picture.Generation);
        Happened.Add(box.Events[^1]);
        Show(_picture with { Outbox = box });
    }

    public void Redeliver(string id, string? receiver = null) =>
        Advance(new DeliveryInput.Redeliver(Now, Begin + Now, ++_asks, Happened.Last(e => e.Id == id), receiver));

    public void Reach(string receiver) => Advance(new DeliveryInput.Reached(Now, Begin + Now, receiver));

    public void Back(string receiver) => Advance(new DeliveryInput.Back(Now, Begin + Now, receiver));

    public void Run(TimeSpan time)
    {
        var until = Now + time;
        while (true)
        {
            var next = _tickAt;
            foreach (var u in _underWay.Where(u => Answers[u.Send.Receiver](u.Send.Event) is not null)) next = Least(next, Most(u.At, Now));
            foreach (var s in _searches) next = Least(next, s.At);
            if (_wishes.Count > 0) next = Least(next, _renewAt);
            if (next > until) break;
            Now = Most(Now, next);
            Step();
        }
        Now = until;
    }

    private void Step()
    {
        if (_underWay.FirstOrDefault(u => u.At <= Now && Answers[u.Send.Receiver](u.Send.Event) is not null) is { Send: not null } ended)
        {
            _underWay.Remove(ended);
            var outcome = Answers[ended.Send.Receiver](ended.Send.Event)!;
            Ended.Add((Now, ended.Send.Receiver, ended.Send.Event, outcome.Result));
            SeenEnd(ended.Send, outcome);
            if (ended.Leader == _leader) Advance(new DeliveryInput.Ended(Now, Begin + Now, ended.Send.Id, outcome));
        }
        else if (_searches.FirstOrDefault(s => s.At <= Now) is { Search: not null } search)
        {
            _searches.Remove(search);
            var s = search.Search;
            var found = HistoryAway ? [] : Happened.Where(e => e.Generation == s.Generation && e.Number >= s.First && e.Number <= s.Last && !Forgotten.Contains(e.Number)).ToImmutableArray();
            Advance(new DeliveryInput.Found(Now, Begin + Now, s, found));
        }
        else if (_wishes.Count > 0 && _renewAt <= Now) Apply();
        else if (_tickAt <= Now)
        {
            _tickAt = Now + s_tick;
            Advance(new DeliveryInput.Tick(Now, Begin + Now));
        }
    }

    private void Apply()
    {
        var wishes = _wishes.ToArray();
        _wishes.Clear();
        if (RegisterDeaf || !_picture.Leading) return;
        var box = _picture.Outbox;
        foreach (var wish in wishes)
        {
            var last = box.Last;
            box = wish.Apply(box, new OutboxContext(ClusterName.Parse("test"), _picture.Generation, _ => 0, Begin + Now));
            if (box.Last > last) Happened.AddRange(box.Events.Where(e => e.Number > last));
        }
        if (!ReferenceEquals(box, _picture.Outbox)) Show(_picture with { Outbox = box });
    }

    private void Advance(DeliveryInput input)
    {
        foreach (var effect in _deliveries.Advance(input).ToArray())
        {
            Seen(effect);
            switch (effect)
            {
                case DeliveryEffect.Send e:
                    Sent.Add((Now, e));
                    _underWay.Add((e, Now + s_attempt, _leader));
                    break;
                case DeliveryEffect.Wish e:
                    if (_wishes.Count == 0) _renewAt = Now + s_renewal;
                    _wishes.Add(e.What);
                    break;
                case DeliveryEffect.Search e: _searches.Add((e, Now + s_attempt)); break;
                case DeliveryEffect.Abandon e: _underWay.RemoveAll(u => u.Leader == _leader && e.Attempts.Contains(u.Send.Id)); break;
                default: break;
            }
        }
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
