using Demo.Clock;
using Microsoft.Extensions.Time.Testing;

namespace Simulation.Demo;

public sealed class DemoTimeTests
{
    private readonly FakeTimeProvider _real = new();
    private readonly DemoTime _time;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public DemoTimeTests() => _time = new DemoTime(_real);

    [Fact]
    public void In_fast_motion_more_time_passes_and_none_is_lost_at_its_end()
    {
        _real.Advance(TimeSpan.FromSeconds(1));
        _time.Speed = 6;
        _real.Advance(TimeSpan.FromSeconds(1));
        _time.Speed = 1;
        _real.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(8, _time.Now.TotalSeconds, 3);
    }

    [Fact]
    public async Task A_timer_set_in_fast_motion_does_not_fire_early_when_it_ends()
    {
        _time.Speed = 10;
        var due = Task.Delay(TimeSpan.FromSeconds(10), _time, Stop);
        _real.Advance(TimeSpan.FromMilliseconds(500));
        _time.Speed = 1;
        _real.Advance(TimeSpan.FromMilliseconds(4990));
        Assert.False(due.IsCompleted);
        _real.Advance(TimeSpan.FromMilliseconds(20));
        await due.WaitAsync(TimeSpan.FromSeconds(30), Stop);
    }

    [Fact]
    public async Task A_timer_set_before_fast_motion_fires_sooner_in_it()
    {
        var due = Task.Delay(TimeSpan.FromSeconds(10), _time, Stop);
        _time.Speed = 10;
        _real.Advance(TimeSpan.FromMilliseconds(1001));
        await due.WaitAsync(TimeSpan.FromSeconds(30), Stop);
    }

    [Fact]
    public async Task A_periodic_timer_comes_round_and_makes_nothing_up_for()
    {
        using var rounds = new SemaphoreSlim(0);
        await using var timer = _time.CreateTimer(_ => rounds.Release(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            _real.Advance(TimeSpan.FromMilliseconds(1001));
            Assert.True(await rounds.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        }
        _real.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(0, rounds.CurrentCount);
    }

    [Fact]
    public async Task A_periodic_timer_that_is_late_by_several_periods_comes_round_once()
    {
        using var rounds = new SemaphoreSlim(0);
        await using var timer = _time.CreateTimer(_ => rounds.Release(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _real.Advance(TimeSpan.FromSeconds(5.5));
        Assert.True(await rounds.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.False(await rounds.WaitAsync(TimeSpan.FromMilliseconds(200), Stop));
        _real.Advance(TimeSpan.FromMilliseconds(1001));
        Assert.True(await rounds.WaitAsync(TimeSpan.FromSeconds(30), Stop));
    }

    [Fact]
    public void Time_never_goes_slower_than_the_real_one() => Assert.Throws<ArgumentOutOfRangeException>(() => _time.Speed = 0.5);
}
