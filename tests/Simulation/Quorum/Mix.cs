using System.Collections.Immutable;
using Arbiter.Quorum;

namespace Simulation.Quorum;

internal enum Fault
{
    RestartIntact, RestartEmpty, RestartTailLost, RestartMany, EmptyAll, Flush, Rollback, Stall, Unreachable,
    CutOneWay, CutLink, Isolate, Swizzle, Storm,
    Crash, CrashAll, Pause, Stop, WallJump,
}

/// <summary>What kind of trouble a seed is about.</summary>
internal enum Theme { Calm, Network, Servers, Disasters, Processes, Everything, Rollback }

/// <summary>What one seed is made of: sizes, the lease's times, the network's manners, and which faults come how often.</summary>
internal sealed record Mix
{
    private static readonly ImmutableArray<Fault> s_network = [Fault.CutOneWay, Fault.CutLink, Fault.Isolate, Fault.Swizzle, Fault.Storm];
    private static readonly ImmutableArray<Fault> s_servers = [Fault.RestartIntact, Fault.RestartEmpty, Fault.RestartTailLost, Fault.Flush, Fault.Stall, Fault.Unreachable];
    private static readonly ImmutableArray<Fault> s_disasters = [Fault.RestartMany, Fault.RestartMany, Fault.EmptyAll, Fault.RestartEmpty, Fault.RestartTailLost, Fault.Flush, Fault.Crash, Fault.CrashAll, Fault.WallJump];
    private static readonly ImmutableArray<Fault> s_processes = [Fault.Crash, Fault.Pause, Fault.Stop, Fault.WallJump, Fault.CrashAll];

    public required Theme Theme { get; init; }
    public required int Servers { get; init; }
    public required int Replicas { get; init; }
    public required LeaseSettings Settings { get; init; }
    public required double Loss { get; init; }
    public required double Duplicate { get; init; }
    /// <summary>The part of messages that take up to <see cref="SlowMost"/>.</summary>
    public required double Slow { get; init; }
    public required TimeSpan SlowMost { get; init; }
    public required TimeSpan FaultEvery { get; init; }
    public required ImmutableArray<Fault> Faults { get; init; }
    public required TimeSpan ProposeEvery { get; init; }
    /// <summary>How often others propose at the same time.</summary>
    public double Bursts { get; init; } = 0.1;
    /// <summary>Most that a process's clock runs fast or slow.</summary>
    public required double ClockRate { get; init; }
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(10);

    public static Mix Of(Dice dice, Theme? only = null)
    {
        var theme = only ?? (Theme)dice.Next(7);
        ImmutableArray<Fault> all = theme switch
        {
            Theme.Calm => [Fault.Crash, Fault.RestartIntact, Fault.CutLink, Fault.Stop],
            Theme.Network => s_network,
            Theme.Servers => [.. s_servers, Fault.Crash],
            Theme.Disasters => s_disasters,
            Theme.Processes => [.. s_processes, Fault.CutLink],
            Theme.Rollback => [Fault.Rollback, Fault.RestartIntact, Fault.Crash, Fault.CutLink],
            _ => [.. s_network, .. s_servers, .. s_disasters, .. s_processes],
        };
        // a part of them, so that some seeds see the same fault again and again
        ImmutableArray<Fault> some = [.. all.Where(_ => dice.Chance(0.6))];
        var rough = theme is Theme.Network or Theme.Everything;
        var fast = dice.Chance(0.03);
        return new Mix
        {
            Theme = theme,
            Servers = dice.Chance(0.85) ? 3 : 5,
            Replicas = dice.Next(20) switch { < 6 => 2, 19 => 5, _ => 3 },
            Settings = Times(fast),
            Loss = rough ? dice.Pick<double>([0, 0.005, 0.05, 0.3]) : dice.Pick<double>([0, 0.005, 0.02]),
            Duplicate = dice.Pick<double>([0, 0.01, 0.05]),
            Slow = rough ? dice.Pick<double>([0.01, 0.1, 0.2]) : dice.Pick<double>([0, 0.01, 0.05]),
            SlowMost = TimeSpan.FromSeconds(dice.Pick<double>([1, 13, 60])),
            FaultEvery = dice.LogUniform(TimeSpan.FromSeconds(theme is Theme.Calm ? 30 : fast ? 0.7 : 2), TimeSpan.FromSeconds(60)),
            Faults = some.IsEmpty ? all : some,
            ProposeEvery = dice.LogUniform(TimeSpan.FromSeconds(dice.Chance(0.05) ? 2 : 20), TimeSpan.FromSeconds(600)),
            ClockRate = dice.Chance(0.7) ? 0.01 : 0,
        };
    }

    /// <summary>The defaults, or a lease of a second.</summary>
    private static LeaseSettings Times(bool fast)
    {
        var part = fast ? 1 / 6.0 : 1;
        return new LeaseSettings
        {
            Lease = TimeSpan.FromSeconds(6) * part, Renew = TimeSpan.FromSeconds(1.5) * part, RpcTimeout = TimeSpan.FromMilliseconds(400) * part,
            Guard = TimeSpan.FromMilliseconds(250) * part, ClockRate = 0.01, Margin = TimeSpan.FromMilliseconds(100) * part,
            ReadLeast = TimeSpan.FromMilliseconds(250) * part, ReadMost = TimeSpan.FromMilliseconds(400) * part,
        };
    }
}
