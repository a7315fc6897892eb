using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;

namespace Simulation.Cluster;

/// <summary>All judges of the whole system as one witness: passes each fact to each of them, in a fixed order (docs/invariants.md).</summary>
internal sealed class Judges : IWitness
{
    /// <summary>How exactly durations are judged.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Troubles _troubles = new();
    private readonly ImmutableArray<Judge> _all;
    private TimeSpan _looked = TimeSpan.MinValue;

    public Judges(JudgeSettings settings) : this(settings, t => All(settings, t)) { }

    internal Judges(JudgeSettings settings, Func<Troubles, IEnumerable<Judge>> some) => (Settings, _all) = (settings, [.. some(_troubles)]);

    public JudgeSettings Settings { get; }

    public static IEnumerable<Judge> All(JudgeSettings settings, Troubles troubles)
    {
        var sent = new SentOrders();
        return
        [
            new OriginJudge(sent), new ValidityJudge(), new EpochJudge(), new RecordJudge(sent), new RepeatJudge(), new HealthJudge(),
            new DualJudge(settings, troubles), new ServiceJudge(settings, troubles), new CauseJudge(settings, troubles),
            new BackupJudge(settings, troubles), new FenceJudge(settings, troubles),
            new ToldJudge(settings, troubles), new HealedJudge(settings, troubles),
        ];
    }

    public void Recorded(TimeSpan now, long generation, Assignment assignment)
    {
        foreach (var judge in Now(now)) judge.Recorded(now, generation, assignment);
    }

    public void OrderSent(TimeSpan now, string replica, Order order, TimeSpan mayLive)
    {
        foreach (var judge in Now(now)) judge.OrderSent(now, replica, order, mayLive);
    }

    public void Heard(TimeSpan now, string replica, NodeId node, GroupName group, bool fenced, SteeredRole steered)
    {
        foreach (var judge in Now(now)) judge.Heard(now, replica, node, group, fenced, steered);
    }

    public void AgentStarted(TimeSpan now, NodeId node, string process, AgentState state) => Now(now);

    public void AgentEnded(TimeSpan now, NodeId node, string process)
    {
        foreach (var judge in Now(now)) judge.AgentEnded(now, node);
    }

    public void AgentStepped(TimeSpan now, TimeSpan local, NodeId node, AgentState before, AgentInput input, AgentState after)
    {
        if (!after.Started) return;
        foreach (var judge in Now(now)) judge.AgentStepped(now, local, node, before, input, after);
    }

    public void FileWritten(TimeSpan now, NodeId node, GroupName group, SteeringFile file, int value, bool byAgent)
    {
        foreach (var judge in Now(now)) judge.FileWritten(now, node, group, file, value, byAgent);
    }

    public void RoleChanged(TimeSpan now, NodeId node, GroupName group, NotifyState state)
    {
        foreach (var judge in Now(now)) judge.RoleChanged(now, node, group, state);
    }

    public void HoldersChanged(TimeSpan now, GroupName group, IReadOnlyCollection<NodeId> holders)
    {
        foreach (var judge in Now(now)) judge.HoldersChanged(now, group, holders);
    }

    public void ServiceChanged(TimeSpan now, GroupName group, string? why)
    {
        foreach (var judge in Now(now)) judge.ServiceChanged(now, group, why);
    }

    public void FaultBegan(TimeSpan now, int number, ClusterFault fault, NodeId? node)
    {
        var judges = Now(now);
        var began = _troubles.Begin(now, number, fault, node);
        foreach (var judge in judges) judge.FaultBegan(now, began);
    }

    public void FaultEnded(TimeSpan now, int number)
    {
        var judges = Now(now);
        if (_troubles.End(now, number) is not { } ended) return;
        foreach (var judge in judges) judge.FaultEnded(now, ended);
    }

    public void Delivered(TimeSpan now, string receiver, RecordedEvent notified)
    {
        foreach (var judge in Now(now)) judge.Delivered(now, receiver, notified);
    }

    public void EventRecorded(TimeSpan now, RecordedEvent recorded)
    {
        foreach (var judge in Now(now)) judge.EventRecorded(now, recorded);
    }

    public void GenerationBegan(TimeSpan now, long generation, Outbox goesOn)
    {
        foreach (var judge in Now(now)) judge.GenerationBegan(now, generation, goesOn);
    }

    public void Healed(TimeSpan now, TimeSpan since, WorldPicture picture)
    {
        foreach (var judge in Now(now)) judge.Healed(now, since, picture);
    }

    /// <summary>What became too long by now is judged before anything new is told.</summary>
    private ImmutableArray<Judge> Now(TimeSpan now)
    {
        if (_looked != TimeSpan.MinValue && now - _looked < Look) return _all;
        _looked = now;
        foreach (var judge in _all) judge.Passed(now);
        return _all;
    }
}
