using Arbiter.Quorum;
using Contracts.Bus;
using Demo.Standing;
using Microsoft.Extensions.Time.Testing;

namespace Simulation.Demo;

/// <summary>A replica that stands still: nothing reaches it, clocks go on, and afterwards everything comes at once.</summary>
public sealed class StandstillTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _real = new();
    private readonly Standstill _standstill = new();
    private readonly StandingTime _time;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public StandstillTests() => _time = new StandingTime(_real, _standstill);

    [Fact]
    public async Task Timers_wait_and_clocks_go_on()
    {
        var due = Task.Delay(TimeSpan.FromSeconds(1), _time, Stop);
        var start = _time.GetTimestamp();
        _standstill.Set("test", true);
        _real.Advance(TimeSpan.FromSeconds(5));
        Assert.False(due.IsCompleted);
        Assert.Equal(5, _time.GetElapsedTime(start).TotalSeconds, 3);
        _standstill.Set("test", false);
        await due.WaitAsync(s_most, Stop);
    }

    [Fact]
    public async Task At_its_end_nothing_holds_it_any_more()
    {
        var due = Task.Delay(TimeSpan.FromSeconds(1), _time, Stop);
        _standstill.Set("one", true);
        _standstill.Set("other", true);
        _real.Advance(TimeSpan.FromSeconds(5));
        _standstill.End();
        await due.WaitAsync(s_most, Stop);
        _standstill.Set("one", true);
        Assert.False(_standstill.Still);
    }

    [Fact]
    public async Task A_period_that_came_round_often_meanwhile_fires_once()
    {
        using var rounds = new SemaphoreSlim(0);
        await using var timer = _time.CreateTimer(_ => rounds.Release(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _standstill.Set("test", true);
        for (var i = 0; i < 5; i++) _real.Advance(TimeSpan.FromSeconds(1));
        _standstill.Set("test", false);
        Assert.True(await rounds.WaitAsync(s_most, Stop));
        _real.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await rounds.WaitAsync(s_most, Stop));
        Assert.Equal(0, rounds.CurrentCount);
    }

    [Fact]
    public async Task A_timer_that_is_disposed_of_before_it_goes_on_never_fires()
    {
        using var rounds = new SemaphoreSlim(0);
        var timer = _time.CreateTimer(_ => rounds.Release(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var later = Task.Delay(TimeSpan.FromSeconds(1), _time, Stop);
        _standstill.Set("test", true);
        _real.Advance(TimeSpan.FromSeconds(1));
        await timer.DisposeAsync();
        _standstill.Set("test", false);
        await later.WaitAsync(s_most, Stop);
        Assert.Equal(0, rounds.CurrentCount);
    }

    [Fact]
    public async Task What_was_asked_of_a_server_takes_effect_and_the_answer_waits()
    {
        var server = new InMemoryAcceptor("one");
        var acceptor = new StandingAcceptor(server, _standstill);
        _standstill.Set("test", true);
        var asked = acceptor.Ask(new Request.Probe("", Ballot.None, ""), Stop);
        Assert.False(asked.IsCompleted);
        _standstill.Set("test", false);
        Assert.Equal(Answer.Ok, (await asked.WaitAsync(s_most, Stop)).Answer);
    }

    [Fact]
    public async Task Messages_wait_in_order()
    {
        var broker = new InMemoryBroker(_real);
        await using var link = new StandingLink(new InMemorySteeringLink(broker, "arbiter", [new LinkBinding("x", "*")]), _standstill);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = link.Run(end.Token);
        Assert.IsType<LinkEvent.Connected>(await link.Events.ReadAsync(Stop));
        _standstill.Set("test", true);
        foreach (var key in new[] { "a", "b" }) link.Publish(new Contracts.Bus.Envelope("x", key, default, null, default));
        Assert.False(link.Events.TryRead(out _));
        _standstill.Set("test", false);
        var received = new List<string>();
        while (received.Count < 2)
            if (await link.Events.ReadAsync(Stop) is LinkEvent.Received { Envelope: var e }) received.Add(e.RoutingKey);
        Assert.Equal(["a", "b"], received);
        await end.CancelAsync();
        await running;
    }

    [Fact]
    public void It_stands_still_as_long_as_there_is_one_reason()
    {
        var stopped = _standstill.Stopped;
        _standstill.Set("one", true);
        _standstill.Set("other", true);
        Assert.True(stopped.IsCancellationRequested);
        _standstill.Set("one", false);
        Assert.True(_standstill.Still);
        Assert.False(_standstill.Passed().IsCompleted);
        _standstill.Set("other", false);
        Assert.False(_standstill.Still);
        Assert.True(_standstill.Passed().IsCompleted);
        Assert.False(_standstill.Stopped.IsCancellationRequested);
    }
}
