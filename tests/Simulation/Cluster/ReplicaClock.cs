using Simulation.Quorum;
using World.Time;

namespace Simulation.Cluster;

/// <summary>The clock of one process of an arbiter: of a rate of its own, and with a wall clock that may be wrong.</summary>
internal sealed class ReplicaClock(Timeline time, Process process) : TimelineClock(time)
{
    private readonly Timeline _time = time;

    public override TimeSpan Now => process.Local(_time.Now);

    public override DateTimeOffset GetUtcNow() => Epoch + _time.Now + process.WallAhead;
}
