using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Hosting;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>All groups of the configuration: starts their loops, ticks them, and brings them what the register says.</summary>
internal sealed class GroupSet(IEnumerable<GroupLoop> loops, IRegister register, ProcessClock clock) : BackgroundService, IGroups
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(200);
    private readonly ImmutableArray<GroupLoop> _loops = [.. loops];

    public bool Knows(NodeId node) => _loops.Any(l => l.Has(node));

    public void Post(NodeId node, Input input)
    {
        if (input is Input.NodeReported { Event: var report })
            foreach (var group in report.Groups) register.Reported(group.Generation);
        foreach (var loop in _loops)
            if (loop.Has(node)) loop.Post(input);
    }

    public void Post(GroupName group, Input input) => _loops.FirstOrDefault(l => l.Group == group)?.Post(input);

    public void PostAll(Input input)
    {
        foreach (var loop in _loops) loop.Post(input);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // each as it ends, not all together: with one of them failed the groups would be deaf, and the rest would tick on as if nothing were
        Task[] parts = [.. _loops.Select(l => l.Run(stoppingToken)), Tick(stoppingToken), FollowRegister(stoppingToken)];
        await foreach (var ended in Task.WhenEach(parts)) await ended;
    }

    private async Task Tick(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TickEvery, clock.Time);
        while (await timer.WaitForNextTickAsync(stopping)) PostAll(new Input.Tick(clock.Now));
    }

    private async Task FollowRegister(CancellationToken stopping)
    {
        await foreach (var said in register.Events.ReadAllAsync(stopping))
            foreach (var loop in _loops)
                if (Translate(said, loop.Group, clock.Now) is { } input) await loop.PostSurely(input, stopping);
    }

    /// <summary>The part of it that concerns one group; null = none of its business.</summary>
    internal static Input? Translate(RegisterEvent said, GroupName group, TimeSpan now) => said switch
    {
        RegisterEvent.Gained e => new Input.LeadershipGained(now, e.Generation, e.Term, e.Assignments.GetValueOrDefault(group)),
        RegisterEvent.Lost e => new Input.LeadershipLost(now, e.Reason),
        RegisterEvent.Observed e => new Input.RegisterObserved(now, e.Generation, e.Term, e.Assignments.GetValueOrDefault(group)),
        RegisterEvent.Settled e when e.Proposal.Group == group => new Input.ProposalSettled(now, e.Proposal, e.Outcome, e.Current, e.Reason),
        _ => null,
    };
}
