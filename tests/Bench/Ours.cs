using System.Collections.Concurrent;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bench;

/// <summary>
/// The production loop with the times of production, which leads. A commit is a proposal from asking to "a majority has it"; a renewal is the same change
/// without an assignment in it (a proposal over an epoch that is gone: the loop tells so once the renewal that looked is committed).
/// </summary>
internal sealed class Ours : IAsyncDisposable
{
    private readonly RegisterLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<RegisterEvent.Settled>> _asked = new();
    private readonly ConcurrentDictionary<int, long> _epochs = new();
    private readonly TaskCompletionSource _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private long _number;

    private Ours(IReadOnlyList<IAcceptor> acceptors, LeaseSettings settings)
    {
        var id = QuorumServices.NewProposerId();
        _loop = new RegisterLoop(acceptors, settings, QuorumServices.LeaderName("bench", id), id, new Random(1), new LeaseClock(TimeProvider.System), TimeProvider.System, NullLogger<RegisterLoop>.Instance);
    }

    public static async Task<Ours> Start(IReadOnlyList<IAcceptor> acceptors, ClusterName cluster)
    {
        var settings = new LeaseSettings
        {
            Lease = TimeSpan.FromSeconds(6), Renew = TimeSpan.FromMilliseconds(1500), RpcTimeout = TimeSpan.FromMilliseconds(400), Guard = TimeSpan.FromMilliseconds(250),
            ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(100),
        };
        var quick = settings with { Lease = TimeSpan.FromMilliseconds(1), Margin = TimeSpan.Zero };
        var seeded = await new QuorumSeeder(acceptors, cluster, quick, QuorumServices.NewProposerId(), QuorumServices.NewIncarnation, TimeProvider.System).Seed(_ => { }, default);
        if (!seeded.Seeded) throw new InvalidOperationException(seeded.Text);
        var ours = new Ours(acceptors, settings);
        ours._running = Task.WhenAll(ours._loop.Run(ours._stop.Token), ours.Listen());
        await ours._leads.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return ours;
    }

    private async Task Listen()
    {
        await foreach (var told in _loop.Events.ReadAllAsync())
        {
            if (told is RegisterEvent.Gained) _leads.TrySetResult();
            if (told is RegisterEvent.Settled settled && _asked.TryRemove(settled.Proposal.Reason, out var waiting)) waiting.SetResult(settled);
        }
    }

    private async Task<RegisterEvent.Settled> Propose(int worker, long expected, int number)
    {
        var mark = $"soft:{worker}.{number}";
        var answer = new TaskCompletionSource<RegisterEvent.Settled>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[mark] = answer;
        _loop.Propose(new Proposal(GroupName.Parse($"g{worker}"), expected, NodeId.Parse(number % 2 == 0 ? "lb1" : "lb2"), mark));
        return await answer.Task;
    }

    private async Task Commit(int worker)
    {
        var settled = await Propose(worker, _epochs.GetValueOrDefault(worker), (int)Interlocked.Increment(ref _number));
        if (settled.Outcome != ProposalOutcome.Committed) throw new InvalidOperationException($"{settled.Outcome}: {settled.Reason}");
        _epochs[worker] = settled.Current!.Epoch;
    }

    private async Task Renew(int worker)
    {
        var settled = await Propose(worker, long.MaxValue, (int)Interlocked.Increment(ref _number));
        if (settled.Outcome != ProposalOutcome.Refused || !_loop.MaySpeak()) throw new InvalidOperationException($"{settled.Outcome}: {settled.Reason}");
    }

    public IContender Commits => new Part("arbiter: assignment committed", Commit);

    public IContender Renewals => new Part("arbiter: lease renewed", Renew);

    private sealed class Part(string name, Func<int, Task> once) : IContender
    {
        public string Name => name;

        public Task Once(int worker) => once(worker);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
