using System.Collections.Concurrent;
using System.Globalization;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging.Abstractions;

namespace QuorumHost;

/// <summary>
/// The production loop with a client that never rests: it proposes for a few groups as soon as the last answer is there, sometimes with an epoch
/// that was, and tells everything it sees. Whether it may speak is asked a hundred times a second.
/// </summary>
internal sealed class Replica
{
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);
    /// <summary>Between the answer to one proposal and the next for that group.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_restOfFollower = TimeSpan.FromMilliseconds(400);

    private readonly string _name;
    private readonly string _leader;
    private readonly RegisterLoop _loop;
    private readonly Action<Sighting> _tell;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, (long Call, TaskCompletionSource Answered)> _asked = new();
    private readonly ConcurrentDictionary<GroupName, long> _epochs = new();
    private long _generation;
    private long _term;
    private volatile bool _leads;

    public Replica(string name, IReadOnlyList<IAcceptor> acceptors, LeaseSettings settings, int seed, Action<Sighting> tell)
    {
        var id = QuorumServices.NewProposerId();
        (_name, _leader, _tell, _random) = (name, QuorumServices.LeaderName(name, id), tell, new Random(seed));
        _loop = new RegisterLoop(acceptors, settings, _leader, id, new Random(seed), new LeaseClock(TimeProvider.System), TimeProvider.System, NullLogger<RegisterLoop>.Instance);
    }

    /// <param name="killed">Ends it at once: the lease is not given back, and answers that are due are unknown.</param>
    public async Task Run(CancellationToken killed)
    {
        var running = _loop.Run(CancellationToken.None, killed);
        Task[] clients = [Listen(), Watch(killed), .. new[] { "g1", "g2", "g3" }.Select(g => Propose(GroupName.Parse(g), killed))];
        await running;
        await Task.WhenAll(clients);
        foreach (var (mark, (call, _)) in _asked) _tell(new Sighting(Sight.Unknown, _name, call, Sighting.Now, 0, 0, GroupOf(mark), ExpectedOf(mark), mark));
    }

    // a mark says all that is needed about its proposal: kind:replica.group.expected.number
    private static string GroupOf(string mark) => mark.Split('.')[1];

    private static long ExpectedOf(string mark) => long.Parse(mark.Split('.')[2], CultureInfo.InvariantCulture);

    private async Task Propose(GroupName group, CancellationToken killed)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                await Task.Delay(_leads ? s_rest : s_restOfFollower, killed);
                var expected = _epochs.GetValueOrDefault(group);
                if (_random.Next(10) == 0) expected = Math.Max(0, expected - 1);
                var mark = string.Create(CultureInfo.InvariantCulture, $"soft:{_leader}.{group}.{expected}.{number}");
                var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _asked[mark] = (Sighting.Now, answered);
                _loop.Propose(new Proposal(group, expected, NodeId.Parse(number % 2 == 0 ? "lb1" : "lb2"), mark));
                await answered.Task.WaitAsync(killed);
            }
        }
        catch (OperationCanceledException)
        {
            // the end
        }
    }

    private async Task Listen()
    {
        await foreach (var told in _loop.Events.ReadAllAsync())
        {
            var now = Sighting.Now;
            switch (told)
            {
                case RegisterEvent.Gained gained:
                    (_generation, _leads) = (gained.Generation, true);
                    Volatile.Write(ref _term, gained.Term);
                    foreach (var (group, assignment) in gained.Assignments) _epochs[group] = assignment.Epoch;
                    _tell(new Sighting(Sight.Gained, _name, now, now, gained.Generation, gained.Term, Text: _leader));
                    break;
                case RegisterEvent.Lost lost:
                    _leads = false;
                    _tell(new Sighting(Sight.Lost, _name, now, now, _generation, Volatile.Read(ref _term), Text: lost.Reason));
                    break;
                case RegisterEvent.Observed observed:
                    foreach (var (group, assignment) in observed.Assignments) _epochs[group] = assignment.Epoch;
                    break;
                case RegisterEvent.Settled settled:
                    if (settled.Current is { } current) _epochs[current.Group] = current.Epoch;
                    Settled(settled, now);
                    break;
            }
        }
    }

    private void Settled(RegisterEvent.Settled settled, long now)
    {
        var mark = settled.Proposal.Reason;
        if (!_asked.TryRemove(mark, out var asked)) throw new InvalidOperationException($"{mark} was answered twice");
        var kind = settled.Outcome switch { ProposalOutcome.Committed => Sight.Committed, ProposalOutcome.Refused => Sight.Refused, _ => Sight.Unknown };
        var epoch = kind == Sight.Committed ? settled.Current!.Epoch : 0;
        _tell(new Sighting(kind, _name, asked.Call, now, _generation, epoch, settled.Proposal.Group.Value, settled.Proposal.ExpectedEpoch, mark));
        asked.Answered.SetResult();
    }

    private async Task Watch(CancellationToken killed)
    {
        var shown = "";
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(killed))
            {
                var call = Sighting.Now;
                var status = _loop.Status;
                // it may speak a moment before its status says of which term: whoever really speaks has heard of it by then
                if (_loop.MaySpeak() && status.State == RegisterState.Leading && _loop.Status.Term == status.Term)
                    _tell(new Sighting(Sight.Speaks, _name, call, Sighting.Now, status.Generation, status.Term, Expected: (long)(status.LeaseLeft ?? TimeSpan.Zero).TotalMicroseconds, Text: _leader));
                var now = $"{status.State} {string.Join(' ', status.Acceptors.Select(a => a.State))}";
                if (now == shown) continue;
                shown = now;
                _tell(new Sighting(Sight.Status, _name, call, call, status.Generation, status.Term, Text: now));
            }
        }
        catch (OperationCanceledException)
        {
            // the end
        }
    }
}
