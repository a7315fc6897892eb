using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.History;
using Arbiter.Notifications.Delivery;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Notifications;

/// <summary>Tells how the deliveries stand, and does what an operator asks for where this replica leads.</summary>
internal sealed class NotificationVerbs(ArbiterOptions options, ImmutableArray<IReceiver> receivers, NotificationDesk desk, IRegister register, IHistory? history, TimeProvider time)
    : INotifications, INotificationVerbs
{
    private const int MostTests = 4;
    private static readonly TimeSpan s_search = TimeSpan.FromSeconds(5);
    private int _tests;
    private long _test;

    public NotificationStatus Status
    {
        get
        {
            var picture = desk.Picture;
            return new NotificationStatus(picture.Leading, register.Status.Leader, picture.Generation, picture.Outbox.Last, null, [.. desk.Shown.Select(Show)]);
        }
    }

    public async Task<VerbAnswer> Redeliver(string id, string? receiver, CancellationToken stopping)
    {
        if (Refusal(receiver) is { } refusal) return refusal;
        if (id.Length > 300 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return No(404, "Unknown event", "That is no id of an event; ids begin with evt_.");
        var what = desk.Picture.Outbox.Events.FirstOrDefault(e => e.Id == id) ?? await Find(id, stopping);
        if (what is null) return No(404, "Unknown event", "Neither the register nor the history holds an event with this id any more.");
        ImmutableArray<Redelivery> done;
        try
        {
            done = await desk.Again(what, receiver, stopping);
        }
        catch (TimeoutException)
        {
            return No(503, "No answer", "The deliveries did not take it up in time; ask again.");
        }
        if (done.IsEmpty) return desk.Picture.Leading ? No(409, "Nobody to send it to", "No receiver has it dead, and no route sends it to any: name one.") : NotLeading();
        ImmutableArray<VerbResult> results = [.. done.Select(d => new VerbResult(d.Receiver, Word(d.State.ToString()), Text(d.State), null))];
        if (done.All(d => d.State == RedeliveryState.UnderWay)) return No(409, "Under way already", "It was asked for before and is being tried.") with { Id = id, Receivers = results };
        if (done.All(d => d.State == RedeliveryState.TooMany)) return No(429, "Too many", "As many redeliveries wait as may; ask again when some are through.") with { Id = id, Receivers = results };
        return new VerbAnswer(202, "Accepted", "It is sent now, and again until it is taken. Should this leader end before that, ask again: the wish is not kept.", id, results);
    }

    public async Task<VerbAnswer> Test(string? receiver, bool wait, CancellationToken stopping)
    {
        if (Refusal(receiver) is { } refusal) return refusal;
        if (Interlocked.Increment(ref _tests) > MostTests)
        {
            Interlocked.Decrement(ref _tests);
            return No(429, "Too many", $"{MostTests} tests run already.");
        }
        var what = TestEvent();
        var names = receiver is null ? [.. receivers.Select(r => r.Name)] : ImmutableArray.Create(receiver);
        // without somebody who waits they go on by themselves; each ends by its receiver's own deadline
        var all = TryAll(names, what, wait ? stopping : CancellationToken.None);
        if (!wait)
            return new VerbAnswer(202, "Accepted", "One attempt is made to each.", what.Id, [.. names.Select(n => new VerbResult(n, "accepted", "", null))]);
        var results = await all;
        return new VerbAnswer(200, "Tested", results.All(r => r.Result == "delivered") ? "All took it." : "Not all took it.", what.Id, results);
    }

    private async Task<ImmutableArray<VerbResult>> TryAll(ImmutableArray<string> names, RecordedEvent what, CancellationToken stopping)
    {
        try
        {
            return [.. await Task.WhenAll(names.Select(async name =>
            {
                var (outcome, took) = await desk.Try(name, what, stopping);
                return new VerbResult(name, Word(outcome.Result.ToString()), outcome.Detail, (long)took.TotalMilliseconds);
            }))];
        }
        finally
        {
            Interlocked.Decrement(ref _tests);
        }
    }

    private RecordedEvent TestEvent()
    {
        var (utc, number) = (time.GetUtcNow(), Interlocked.Increment(ref _test));
        return new RecordedEvent
        {
            Number = 0, Generation = desk.Picture.Generation, Epoch = 0,
            Id = $"evt_{options.Cluster}_{options.Replica}_{utc.ToUnixTimeMilliseconds()}_{number}_test",
            Type = EventTypes.Test, Severity = Severities.Info, Reason = "asked for by an operator; nothing happened", Utc = utc,
        };
    }

    private async Task<RecordedEvent?> Find(string id, CancellationToken stopping)
    {
        if (history is null) return null;
        try
        {
            return (await history.Find(id, stopping).WaitAsync(s_search, time, stopping))?.Event;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private VerbAnswer? Refusal(string? receiver)
    {
        if (receivers.IsEmpty) return No(404, "No receiver", "No receiver is configured.");
        if (receiver is not null && receivers.All(r => r.Name != receiver))
            return No(404, "Unknown receiver", $"{(Names.IsValid(receiver) ? $"There is no receiver '{receiver}'" : "That is no name of a receiver")}; known: {string.Join(", ", receivers.Select(r => r.Name))}.");
        return desk.Picture.Leading ? null : NotLeading();
    }

    private VerbAnswer NotLeading() => No(503, "Not the leader",
        register.Status.Leader is { } leader ? $"Only the leader sends: ask {leader}." : "Nobody leads at the moment; an election takes at most about 7 s.");

    private static VerbAnswer No(int status, string title, string detail) => new(status, title, detail, null, []);

    private ReceiverStatus Show(RecipientPicture r) => Show(r, receivers.First(o => o.Name == r.Name));

    private static ReceiverStatus Show(RecipientPicture r, IReceiver receiver) => new()
    {
        Name = r.Name,
        Type = receiver.Type,
        Url = receiver.Shown,
        State = Word(r.State.ToString()),
        Cursor = r.Cursor,
        Waiting = r.Waiting,
        OldestAge = r.OldestAge,
        OldestId = r.OldestId,
        InFlight = r.InFlight,
        Failures = r.Failures,
        NextIn = r.NextIn,
        Last = r.Last is { } last ? new AttemptStatus(last.Utc, last.Id, Word(last.Result.ToString()), last.Detail) : null,
        Delivered = r.Delivered,
        Failed = r.Failed,
        DeadTotal = r.DeadTotal,
        Dead = [.. r.Dead.Reverse().Select(d => new DeadStatus(d.Number, d.Id, d.Reason, d.Utc, r.Revived.Contains(d.Id)))],
    };

    private static string Text(RedeliveryState state) => state switch
    {
        RedeliveryState.Accepted => "sent now",
        RedeliveryState.Hurried => "was still waiting: its group's oldest is tried now, it follows in its turn",
        RedeliveryState.UnderWay => "asked for before, being tried",
        _ => "too many wait",
    };

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
