using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using World.Hosts;

namespace Simulation.Hosts;

/// <summary>A world that runs by a clock: nothing is left out, nothing hangs, and what goes wrong in it is told.</summary>
public sealed class LiveWorldTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_runs_by_the_clock_and_does_what_is_posted()
    {
        var scene = new Scene();
        var began = Stopwatch.GetTimestamp();
        await using var live = new LiveWorld(scene.World, TimeProvider.System);
        Assert.True(live.Post(w => w.SetHaproxy(Scene.Lb2, ProxyState.Hung)));
        while (!(await Soon(live.Ask(w => w.Picture()))).Groups[0].Served) await Task.Yield();
        var (now, real) = (await Soon(live.Ask(w => w.Time.Now)), Stopwatch.GetElapsedTime(began));
        Assert.InRange(now.TotalSeconds, 0.3, real.TotalSeconds);
        Assert.Equal(ProxyState.Hung, (await Soon(live.Ask(w => w.Picture()))).Nodes[1].Haproxy);
    }

    [Fact]
    public async Task An_order_that_comes_from_another_thread_is_heard_at_once_though_nothing_is_due()
    {
        var scene = new Scene();
        scene.Armed();
        scene.Leader.Silent = true;
        // the clock stands still: only the link can wake the world
        var clock = new FakeTimeProvider();
        await using var live = new LiveWorld(scene.World, clock);
        var heard = new TaskCompletionSource();
        await Soon(live.Ask(w =>
        {
            scene.World.Watch = new Heard(heard);
            return 0;
        }));
        scene.Broker.Blocked = true;
        await Soon(heard.Task);
    }

    [Fact]
    public async Task A_clock_that_leaps_makes_it_late_and_leaves_nothing_out()
    {
        var (calm, scene) = (new Scene(3), new Scene(3));
        calm.Run(20);
        var clock = new FakeTimeProvider();
        await using var live = new LiveWorld(scene.World, clock);
        await Soon(live.Ask(w => 0));
        clock.Advance(TimeSpan.FromSeconds(20));
        while (await Soon(live.Ask(w => w.Time.Now)) < TimeSpan.FromSeconds(20)) await Task.Yield();
        var told = await Soon(live.Ask(_ => scene.Story.ToArray()));
        Assert.Contains(told, h => h.Who == "world" && h.Text.Contains("behind", StringComparison.Ordinal));
        Assert.Equal(calm.Story, told.Where(h => h.Who != "world"));
    }

    [Fact]
    public async Task What_goes_wrong_in_the_world_ends_it_and_is_told_to_everybody_who_asks()
    {
        var scene = new Scene();
        await using var live = new LiveWorld(scene.World, TimeProvider.System);
        await Soon(live.Ask(w => w.Time.After(TimeSpan.Zero, () => throw new FormatException("broken"))));
        Assert.Equal("broken", (await Assert.ThrowsAsync<FormatException>(() => Soon(live.Running))).Message);
        Assert.Equal("broken", (await Assert.ThrowsAsync<FormatException>(() => Soon(live.Ask(w => w.Time.Now)))).Message);
        Assert.False(live.Post(_ => { }));
    }

    [Fact]
    public async Task A_question_that_throws_is_answered_with_it_and_harms_nobody()
    {
        var scene = new Scene();
        await using var live = new LiveWorld(scene.World, TimeProvider.System);
        await Assert.ThrowsAsync<ArgumentException>(() => Soon(live.Ask(w =>
        {
            w.SetAgent(Contracts.Vocabulary.NodeId.Parse("lb9"), false);
            return 0;
        })));
        Assert.True(await Soon(live.Ask(w => w.Time.Now)) >= TimeSpan.Zero);
    }

    [Fact]
    public async Task After_its_end_nothing_is_done_and_everything_is_answered()
    {
        var scene = new Scene();
        var live = new LiveWorld(scene.World, TimeProvider.System);
        await live.DisposeAsync();
        await live.DisposeAsync();
        await Soon(live.Running);
        Assert.False(live.Post(_ => Assert.Fail("it has ended")));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(live.Ask(w => w.Time.Now)));
    }

    [Fact]
    public async Task Too_much_that_waits_is_refused()
    {
        var scene = new Scene();
        await using var live = new LiveWorld(scene.World, TimeProvider.System);
        using var gate = new ManualResetEventSlim();
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(live.Post(_ =>
        {
            busy.SetResult();
            gate.Wait(s_patience);
        }));
        // only then its place in the queue is free again, and what is counted below stays
        await Soon(busy.Task);
        var taken = 0;
        while (live.Post(_ => { })) taken++;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Soon(live.Ask(w => w.Time.Now)));
        gate.Set();
        Assert.Equal(LiveWorld.MostPosted, taken);
        while (!live.Post(_ => { })) await Task.Yield();
    }

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(s_patience, TestContext.Current.CancellationToken);

    private static Task Soon(Task task) => task.WaitAsync(s_patience, TestContext.Current.CancellationToken);

    private sealed class Heard(TaskCompletionSource heard) : NodeAgent.IStepWatch
    {
        public void Stepped(NodeAgent.Core.AgentState before, NodeAgent.Core.Input input, NodeAgent.Core.AgentState after)
        {
            if (input is NodeAgent.Core.Input.LinkChanged { Connected: false }) heard.TrySetResult();
        }
    }
}
