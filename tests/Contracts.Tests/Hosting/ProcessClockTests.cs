using Contracts.Hosting;

namespace Contracts.Tests.Hosting;

public sealed class ProcessClockTests
{
    [Fact]
    public void It_counts_from_zero_and_a_jump_of_the_wall_clock_does_not_move_it()
    {
        var time = new Clocks { Ticks = 5_000_000 };
        var clock = new ProcessClock(time);
        Assert.Equal(TimeSpan.Zero, clock.Now);
        time.Wall += TimeSpan.FromDays(400);
        Assert.Equal(TimeSpan.Zero, clock.Now);
        time.Ticks += 1_500;
        Assert.Equal(TimeSpan.FromSeconds(1.5), clock.Now);
        Assert.Same(time, clock.Time);
    }

    private sealed class Clocks : TimeProvider
    {
        public long Ticks { get; set; }
        public DateTimeOffset Wall { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Ticks;

        public override DateTimeOffset GetUtcNow() => Wall;
    }
}
