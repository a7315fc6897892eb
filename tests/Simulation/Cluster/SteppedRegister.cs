using System.Threading.Channels;
using Arbiter.Core;
using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>
/// What <see cref="RegisterLoop"/> is in production, without its task: the lease's answers to the rest of an arbiter. What is asked of the
/// lease goes through <paramref name="post"/>, never at once, as through that loop's inbox.
/// </summary>
internal sealed class SteppedRegister(Process process, ReplicaClock clock, Action<LeaseInput> post) : IRegister
{
    private readonly List<Action<OutboxPicture>> _watchers = [];
    private RegisterStatus? _status;
    private OutboxPicture? _picture;
    private long _reported;

    /// <summary>A planted defect: whoever asks may speak.</summary>
    public bool SpeaksAlways { get; init; }

    /// <summary>A planted defect.</summary>
    public bool AdoptsNobody { get; init; }

    /// <summary>A planted defect: hears at once that what is proposed stands.</summary>
    public Action<RegisterEvent>? Early { get; init; }

    public RegisterStatus Status => _status ??= process.Lease.Status();

    public ChannelReader<RegisterEvent> Events => throw new NotSupportedException("told to the groups directly");

    /// <summary>The least that a new generation may be.</summary>
    public long Floor => Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), _reported + 1);

    public void Reported(long generation)
    {
        if (generation is > 0 and <= Ballot.MaxGeneration) _reported = Math.Max(_reported, generation);
    }

    public bool MaySpeak() => SpeaksAlways || clock.Now < process.Lease.SpeakUntil;

    /// <summary>How much longer it may speak; negative: no more.</summary>
    public TimeSpan MayStill => process.Lease.SpeakUntil is var until && until > TimeSpan.MinValue ? until - clock.Now : -TimeSpan.FromDays(1);

    public void Propose(Proposal proposal)
    {
        if (AdoptsNobody && proposal.Reason.StartsWith("adopted", StringComparison.Ordinal)) return;
        post(new LeaseInput.Proposed(clock.Now, proposal, clock.GetUtcNow()));
        if (Early is null) return;
        var standing = Status.Assignments;
        var epoch = standing.Values.Select(a => a.Epoch).DefaultIfEmpty().Max() + 1;
        Early(new RegisterEvent.Settled(proposal, ProposalOutcome.Committed,
            new Assignment { Group = proposal.Group, Epoch = epoch, Holder = proposal.Holder, Previous = standing.GetValueOrDefault(proposal.Group)?.Holder, Reason = proposal.Reason, Utc = clock.GetUtcNow() }, ""));
    }

    public void Wish(OutboxWish wish) => post(new LeaseInput.Wished(clock.Now, wish, clock.GetUtcNow()));

    public void Watch(Action<OutboxPicture> watcher)
    {
        _watchers.Add(watcher);
        if (_picture is { } picture) watcher(picture);
    }

    /// <summary>The lease took an input.</summary>
    /// <param name="publish">What stands may be another: whoever watches is told.</param>
    public void Advanced(bool publish)
    {
        _status = null;
        if (!publish) return;
        var now = Status;
        var next = new OutboxPicture(now.State == RegisterState.Leading, now.State == RegisterState.QuorumLost, now.Generation, now.Term, now.Outbox);
        if (next == _picture) return;
        _picture = next;
        foreach (var watcher in _watchers) watcher(next);
    }

    public Task Run(CancellationToken stopping) => throw new NotSupportedException("driven by the simulator");
}
