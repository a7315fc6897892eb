using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Journal;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging.Abstractions;

namespace Arbiter.Tests.Groups;

public sealed class StandstillTests
{
    private sealed class Broken : IStepWitness, IRecorder
    {
        public void Saw(Input input, Step step) => throw new InvalidOperationException("a defect");
        public void Look(GroupState state, TimeSpan now) => throw new InvalidOperationException("a defect");
    }

    [Fact]
    public async Task Who_looks_on_and_fails_takes_nothing_from_the_step()
    {
        var board = new StatusBoard();
        var loop = new GroupLoop(
            new GroupRules { Group = GroupName.Parse("web"), Members = [new Member(NodeId.Parse("lb1"), 1)], Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = [] } },
            new FakeRegister(), null!, new StepJournal(NullLogger<StepJournal>.Instance), board, new ProcessClock(TimeProvider.System), NullLogger<GroupLoop>.Instance,
            recorder: new Broken(), witnesses: [new Broken()]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.Run(stop.Token);
        loop.Post(new Input.BusChanged(TimeSpan.FromSeconds(10), false, "the last of this test"));
        stop.CancelAfter(TimeSpan.FromSeconds(30));
        // shown behind everything else of the step
        var seen = board.Current;
        while (seen.BusReason != "the last of this test") seen = await board.Newer(seen.Version, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.1, true)]
    public async Task A_loop_that_gets_nothing_for_more_than_two_seconds_stood_still(double gap, bool tilted)
    {
        var board = new StatusBoard();
        var rules = new GroupRules
        {
            Group = GroupName.Parse("web"),
            Members = [new Member(NodeId.Parse("lb1"), 1)],
            Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = [] },
        };
        var loop = new GroupLoop(rules, new FakeRegister(), null!, new StepJournal(NullLogger<StepJournal>.Instance), board,
            new ProcessClock(TimeProvider.System), NullLogger<GroupLoop>.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.Run(stop.Token);

        var first = TimeSpan.FromSeconds(10);
        loop.Post(new Input.BusChanged(first, true, "connected"));
        loop.Post(new Input.BusChanged(first + TimeSpan.FromSeconds(gap), false, "the last of this test"));

        stop.CancelAfter(TimeSpan.FromSeconds(30));
        var seen = board.Current;
        while (seen.BusReason != "the last of this test") seen = await board.Newer(seen.Version, stop.Token);
        Assert.Equal(tilted, seen.Groups.Single().Diagnoses.Any(d => d.Name == "Tilt"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
