using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using World.Time;

namespace Simulation.Quorum;

/// <summary>One process of one replica: the production lease with a clock of its own. What a restart makes is another process.</summary>
internal sealed class Process(int replica, string name, ulong proposer, LeaderLease lease, TimeSpan born, double rate)
{
    public int Replica => replica;
    public string Name => name;
    public ulong Proposer => proposer;
    public LeaderLease Lease => lease;
    public bool Alive { get; set; } = true;
    public bool Stopping { get; set; }
    /// <summary>It stands still, its clock runs on.</summary>
    public TimeSpan PausedUntil { get; set; }
    public Queue<LeaseInput> Waiting { get; } = new();
    public Alarm? Wake { get; set; }
    public TimeSpan WakeAt { get; set; }
    /// <summary>What its wall clock is ahead, and what the nodes told it.</summary>
    public TimeSpan WallAhead { get; set; }
    public ImmutableSortedDictionary<GroupName, Assignment> Known { get; set; } = ImmutableSortedDictionary<GroupName, Assignment>.Empty;

    public TimeSpan Born => born;

    public TimeSpan Local(TimeSpan real) => TimeSpan.FromTicks((long)((real - born).Ticks * rate));

    /// <summary>The first moment at which the own clock shows that much.</summary>
    public TimeSpan Real(TimeSpan local) => local > TimeSpan.FromDays(30) ? TimeSpan.FromDays(30) : born + TimeSpan.FromTicks((long)Math.Ceiling(local.Ticks / rate) + 1);

    public bool MaySpeak(TimeSpan real) => Alive && Local(real) < lease.SpeakUntil;
}
