using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>All that an agent knows and wants in one group. Immutable; <see cref="AgentCore"/> replaces it.</summary>
public sealed record GroupState
{
    public required AgentGroupOptions Options { get; init; }

    // observed
    public VrrpRole Role { get; init; }
    public TimeSpan RoleSince { get; init; }
    public bool VipPresent { get; init; }
    public bool KeepalivedAlive { get; init; }
    public TimeSpan AliveSince { get; init; }
    public TimeSpan VipSince { get; init; }
    /// <summary>As keepalived last said it, or as base + file before it said anything.</summary>
    public int EffectivePriority { get; init; }
    public TimeSpan? PrioritySaidAt { get; init; }
    public long Counter { get; init; }
    public ImmutableArray<Transition> Transitions { get; init; } = [];

    // health
    public Health Health { get; init; }
    public string HealthReason { get; init; } = "no probe has answered yet";
    /// <summary>Since when no hard check is bad or unknown; null while one is.</summary>
    public TimeSpan? HealthySince { get; init; }

    // the files as they are; null = unknown after a failed write
    public int? FenceFile { get; init; }
    public int? PriorityFile { get; init; }
    public TimeSpan WrittenAt { get; init; }
    /// <summary>Whether the down file is there; null = unknown.</summary>
    public bool? DownFile { get; init; }
    /// <summary>Whether it should be; null = as it is.</summary>
    public bool? DownWanted { get; init; }
    /// <summary>It was made for bad health of a BACKUP that had none: good health takes it away again.</summary>
    public bool DownForHealth { get; init; }
    /// <summary>It was taken away because the recorded holder, this node, was not elected; until it is MASTER, or another order stands.</summary>
    public bool Raised { get; init; }
    public bool PriorityDoubted { get; init; }
    public TimeSpan RetryWriteAt { get; init; }

    // wanted
    public SteeredRole Steered { get; init; }
    public Fence? Fence { get; init; }
    public TimeSpan? YieldUntil { get; init; }
    /// <summary>When the fence file was last set: until keepalived has spoken after it, its MASTER is a thing of the past.</summary>
    public TimeSpan? FencedAt { get; init; }
    /// <summary>Tokens whose fence or yield has run its course, so that a refresh of the same order does not start it again.</summary>
    public FencingToken FenceSpent { get; init; }
    public FencingToken YieldSpent { get; init; }
    public ImmutableArray<TimeSpan> OwnFences { get; init; } = [];
    public bool Isolated { get; init; }

    // orders
    public StandingOrder? Order { get; init; }
    /// <summary>The highest accepted; the floor for the next.</summary>
    public FencingToken Applied { get; init; }
    /// <summary>What is known to be on the disk.</summary>
    public ObeyedRecord? Saved { get; init; }
    public OrderResult? Reported { get; init; }
    public string? ActuatorFault { get; init; }
    public string? PersistFault { get; init; }

    // the service behind the VIP, while it is asked from here
    public ServiceTally? Service { get; init; }
    /// <summary>The address as the policy has it, and what it was found to be.</summary>
    public string? ServiceText { get; init; }
    public (Uri? Address, string Problem) ServiceRead { get; init; } = (null, "");
    /// <summary>The address that was told to be refused, so that it is told once.</summary>
    public string? ServiceRefused { get; init; }

    public GroupName Name => Options.Group;
    public GroupPolicy Policy => Order?.Policy ?? Saved?.Policy ?? BeforeFirstOrder;
    public bool Holding => Role == VrrpRole.Master && VipPresent;

    /// <summary>Before the first order: keep to VRRP and never fence for isolation.</summary>
    public static GroupPolicy BeforeFirstOrder { get; } = new()
    {
        OnControlPlaneLoss = ControlPlaneLoss.Local,
        OnIsolation = Isolation.Hold,
        Brakes = true,
        Vips = [],
    };
}

/// <summary>A role that keepalived took, numbered for ever by (boot id, counter).</summary>
public sealed record Transition(long Counter, VrrpRole Role, TimeSpan At);

/// <summary>The last accepted order. Its validity and readiness count from the moment the echoed nonce was sent.</summary>
public sealed record StandingOrder
{
    public required long Generation { get; init; }
    public required long Term { get; init; }
    public required long Epoch { get; init; }
    public required OrderedRole Role { get; init; }
    public required NodeId? Standby { get; init; }
    public required bool OtherMaster { get; init; }
    public required GroupPolicy Policy { get; init; }
    public required TimeSpan NonceAt { get; init; }
    public required TimeSpan ValidFor { get; init; }
    /// <summary>When this role of this epoch was taken first.</summary>
    public TimeSpan TakenAt { get; init; }
    /// <summary>The agent was away for too long: nothing in it may be used any more.</summary>
    public bool Void { get; init; }

    public FencingToken Token => new(Generation, Epoch);

    public bool IsValid(TimeSpan now) => !Void && now - NonceAt <= ValidFor;

    public bool HasStandby(TimeSpan now, NodeId self, TimeSpan readiness) =>
        IsValid(now) && Standby is { } standby && standby != self && now - NonceAt <= readiness;
}

public enum FenceKind
{
    /// <summary>The agent's own, for a hard failure: local health ends it.</summary>
    Own,
    /// <summary>The leader's: the first order that names another role ends it.</summary>
    Ordered,
    /// <summary>For isolation: renews itself until one address has answered for the grace.</summary>
    Isolation,
}

/// <param name="Since">When it was written.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record Fence(FenceKind Kind, TimeSpan Since, TimeSpan Until);
