using System.Collections.Immutable;
using System.Threading.Channels;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>
/// The lease quorum as the rest of the arbiter sees it: who leads, what is assigned, and a way to propose.
/// Runs by itself; nothing here throws for a Redis server that is away.
/// </summary>
public interface IRegister
{
    /// <summary>What is known now; replaced whole, never changed.</summary>
    public RegisterStatus Status { get; }

    public ChannelReader<RegisterEvent> Events { get; }

    /// <summary>Takes the proposal along with an immediate change; the answer is a <see cref="RegisterEvent.Settled"/>.</summary>
    public void Propose(Proposal proposal);

    /// <summary>
    /// Changes the outbox when this replica leads; otherwise nothing happens, and nothing tells. A wish is idempotent: who wished looks
    /// at what stands (<see cref="Watch"/>) and wishes again.
    /// </summary>
    public void Wish(OutboxWish wish);

    /// <summary>
    /// Calls at each change of leadership or of the outbox, and once with what is known now. The caller is the register's own loop:
    /// take the picture and return at once. Exceptions are logged and change nothing.
    /// </summary>
    public void Watch(Action<OutboxPicture> watcher);

    /// <summary>
    /// A node obeys this generation. Should the servers lose everything, a new generation begins above it, whatever the clock says.
    /// </summary>
    public void Reported(long generation) { }

    /// <summary>
    /// Whether this replica may send an order at this very moment: it leads, and its lease has more than the guard left on the
    /// monotonic clock (the larger of two, so that a suspended machine knows it). Asked before every single publish.
    /// </summary>
    public bool MaySpeak();

    /// <summary>Leads or follows until stopped; a graceful stop gives the lease back, so that the next leader need not wait.</summary>
    public Task Run(CancellationToken stopping);
}

/// <summary>The outbox as a majority holds it.</summary>
/// <param name="Leading">This replica leads: it sends what is due.</param>
/// <param name="QuorumLost">No majority answers: nothing new is recorded anywhere.</param>
public sealed record OutboxPicture(bool Leading, bool QuorumLost, long Generation, long Term, Outbox Outbox);

public abstract record RegisterEvent
{
    private RegisterEvent() { }

    public sealed record Gained(long Generation, long Term, ImmutableSortedDictionary<GroupName, Assignment> Assignments) : RegisterEvent;

    public sealed record Lost(string Reason) : RegisterEvent;

    /// <summary>The recorded assignments as last read (followers: on change).</summary>
    public sealed record Observed(long Generation, long Term, ImmutableSortedDictionary<GroupName, Assignment> Assignments) : RegisterEvent;

    /// <param name="Current">What stands for the group now, as far as known.</param>
    public sealed record Settled(Proposal Proposal, ProposalOutcome Outcome, Assignment? Current, string Reason) : RegisterEvent;
}

/// <summary>A picture of the quorum for people, the API and readiness.</summary>
public sealed record RegisterStatus
{
    public required RegisterState State { get; init; }
    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }
    public string? Leader { get; init; }
    public long Generation { get; init; }
    public long Term { get; init; }
    public long Seq { get; init; }
    /// <summary>What is left of the own lease; null when not leading.</summary>
    public TimeSpan? LeaseLeft { get; init; }
    public required ImmutableArray<AcceptorStatus> Acceptors { get; init; }
    public required ImmutableSortedDictionary<GroupName, Assignment> Assignments { get; init; }
    public Outbox Outbox { get; init; } = Outbox.Empty;
}

public enum RegisterState
{
    /// <summary>Nothing read yet.</summary>
    Starting,
    /// <summary>The servers answer and hold no register: run <c>arbiter quorum seed</c>.</summary>
    NotSeeded,
    /// <summary>Fewer than a majority vote: no leader can be; nodes run on VRRP.</summary>
    QuorumLost,
    Following,
    Leading,
}

/// <param name="State">voting, restarted, virgin, unreachable, or the name of the error (OOM, BUSY, READONLY, MISCONF, NOAUTH, ...).</param>
public sealed record AcceptorStatus(string Address, string State, string? RunId, string? Incarnation, string? Promised, string? Accepted, double? LatencyMs, string? Detail)
{
    /// <summary>When it last answered anything at all, on the register's clock; null = never.</summary>
    internal TimeSpan? HeardAt { get; init; }

    /// <summary>How long ago it last answered, at the moment of asking; null = never.</summary>
    public TimeSpan? Age { get; init; }
}
