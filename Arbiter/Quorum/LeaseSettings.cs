using Arbiter.Configuration;

namespace Arbiter.Quorum;

/// <summary>Times of the lease; the relations between them are checked with the configuration.</summary>
internal sealed record LeaseSettings
{
    public required TimeSpan Lease { get; init; }
    public required TimeSpan Renew { get; init; }
    public required TimeSpan RpcTimeout { get; init; }
    public required TimeSpan Guard { get; init; }
    /// <summary>Bound of the difference of two hosts' clock rates, 0.01 = 1 %.</summary>
    public required double ClockRate { get; init; }
    public required TimeSpan Margin { get; init; }
    /// <summary>Restarted servers are trusted with what their disks kept, when fewer than a majority vote.</summary>
    public bool TrustAof { get; init; }
    public TimeSpan ReadLeast { get; init; } = TimeSpan.FromMilliseconds(250);
    public TimeSpan ReadMost { get; init; } = TimeSpan.FromMilliseconds(400);
    public TimeSpan BackoffLeast { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan BackoffMost { get; init; } = TimeSpan.FromMilliseconds(800);
    public TimeSpan RetryLeast { get; init; } = TimeSpan.FromMilliseconds(20);
    public TimeSpan RetryMost { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>Longer than the longer of both leases (the own setting, the leader's) at the worst clock-rate ratio.</summary>
    public TimeSpan WaitOver(long leaderLeaseMs)
    {
        var lease = TimeSpan.FromMilliseconds(Math.Clamp(leaderLeaseMs, Lease.TotalMilliseconds, TimeSpan.FromMinutes(10).TotalMilliseconds));
        return lease * ((1 + ClockRate) / (1 - ClockRate)) + Margin;
    }

    public static LeaseSettings From(QuorumOptions options) => new()
    {
        Lease = options.Lease,
        Renew = options.Renew,
        RpcTimeout = options.RpcTimeout,
        Guard = options.Guard,
        ClockRate = options.ClockRate,
        Margin = options.Margin,
        TrustAof = options.TrustAof,
    };
}
