using Microsoft.Extensions.Time.Testing;
using NodeAgent.Probes;

namespace NodeAgent.Tests.Probes;

public sealed class ProbeScheduleTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SemaphoreSlim _began = new(0);
    private readonly SemaphoreSlim _mayEnd = new(0);
    private int _inside;
    private int _worst;

    private async ValueTask Sample(CancellationToken stopping)
    {
        _worst = Math.Max(_worst, Interlocked.Increment(ref _inside));
        _began.Release();
        await _mayEnd.WaitAsync(stopping);
        Interlocked.Decrement(ref _inside);
    }

    private async Task<bool> Begins(int withinMs = 5000) => await _began.WaitAsync(withinMs);

    [Fact]
    public async Task The_first_sample_is_taken_at_once_and_missed_ones_are_not_made_up_for()
    {
        using var stopping = new CancellationTokenSource();
        var schedule = new ProbeSchedule(_time, TimeSpan.FromMilliseconds(100));
        var running = schedule.Run(Sample, stopping.Token);
        Assert.True(await Begins(0), "the first sample begins inside Run");
        // a stall of ten intervals
        for (var i = 0; i < 10; i++) _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.False(await Begins(50), "no second sample while the first runs");
        _mayEnd.Release(3);
        Assert.True(await Begins(), "the one that is due runs at once");
        Assert.False(await Begins(50), "and no burst after it");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(await Begins());
        Assert.Equal(1, _worst);
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_repeat_is_taken_at_once_but_once_per_interval()
    {
        using var stopping = new CancellationTokenSource();
        var schedule = new ProbeSchedule(_time, TimeSpan.FromMilliseconds(100));
        _mayEnd.Release(100);
        var running = schedule.Run(Sample, stopping.Token);
        Assert.True(await Begins());
        schedule.Repeat();
        Assert.True(await Begins());
        schedule.Repeat();
        Assert.False(await Begins(50));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(await Begins());
        schedule.Repeat();
        Assert.True(await Begins());
        await stopping.CancelAsync();
        await running;
    }
}
