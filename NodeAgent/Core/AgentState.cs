using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>The whole agent as one immutable value.</summary>
public sealed record AgentState
{
    public required AgentOptions Options { get; init; }
    /// <summary>Random per start; part of each nonce, so that an order for an earlier life is never valid.</summary>
    public required string Process { get; init; }
    public required string BootId { get; init; }
    internal Deviations Deviations { get; init; } = Deviations.None;
    public required ImmutableSortedDictionary<string, ProbeTally> Probes { get; init; }
    public required ImmutableSortedDictionary<GroupName, GroupState> Groups { get; init; }

    public bool Started { get; init; }
    public bool Connected { get; init; }
    /// <summary>The last sign of life of the broker: a confirm or a message.</summary>
    public TimeSpan BrokerAnsweredAt { get; init; }

    // the own loop
    public TimeSpan LastTick { get; init; }
    public TimeSpan LateAt { get; init; }
    public TimeSpan LateBy { get; init; }
    public TimeSpan WorstDelay { get; init; }
    public TimeSpan TiltUntil { get; init; }

    // orders
    public SpeakerToken Speaker { get; init; }
    public long OrderSeq { get; init; }
    public NonceLedger Nonces { get; init; } = NonceLedger.Empty;
    public TimeSpan ReportUntil { get; init; }
    /// <summary>When each kind of refusal was last told.</summary>
    public ImmutableSortedDictionary<string, TimeSpan> RefusalsTold { get; init; } =
        ImmutableSortedDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    // events
    public long Seq { get; init; }
    public TimeSpan PublishedAt { get; init; } = TimeSpan.MinValue;
    /// <summary>The one before, so that two urgent ones may follow each other at once: keepalived's word and the address come as a pair.</summary>
    public TimeSpan PublishedBefore { get; init; }
    public bool Changed { get; init; }
    /// <summary>Something urgent has not been told yet.</summary>
    public bool Urgent { get; init; }

    // persistence
    public long PersistRequest { get; init; }
    public PersistInFlight? Persisting { get; init; }
    public TimeSpan PersistRetryAt { get; init; }

    public bool Tilted(TimeSpan now) => now < TiltUntil;

    /// <param name="counter">
    /// Where the numbers of transitions start: above every number an earlier process of this boot can have given, so that (boot id, counter)
    /// names a transition for ever. The host's uptime in milliseconds does it without a disk.
    /// </param>
    public static AgentState Create(AgentOptions options, string process, string bootId, long counter = 0) => new()
    {
        Options = options,
        Process = process,
        BootId = bootId,
        Probes = options.Probes.ToImmutableSortedDictionary(p => p.Name, p => new ProbeTally { Options = p }, StringComparer.Ordinal),
        Groups = options.Groups.ToImmutableSortedDictionary(
            g => g.Group, g => new GroupState { Options = g, Counter = counter, EffectivePriority = g.Base, FenceFile = 0, PriorityFile = 0 }),
    };
}

public sealed record PersistInFlight(long Request, ImmutableSortedDictionary<GroupName, ObeyedRecord> Records);
