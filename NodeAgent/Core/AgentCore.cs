using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>One step: the state after an input, and what is to be done, in this order.</summary>
public readonly record struct AgentStep(AgentState State, IReadOnlyList<Effect> Effects);

/// <summary>
/// The agent's whole mind: a function from state and input to state and effects. No clock, no I/O, no package. An input changes what is
/// known; <see cref="Steering"/> then compares, for every group, what should be with what is; at the end the arbiter is told.
/// </summary>
public static class AgentCore
{
    /// <summary>How often the loop ticks; what is later than this counts as the agent's own lateness.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_refusalGap = TimeSpan.FromSeconds(10);

    public static AgentStep Advance(AgentState state, Input input)
    {
        if (input is Input.Tick) state = Lateness.Fold(state, input.At);
        var turn = new Turn(input.At, state);
        state = input switch
        {
            Input.Started started => Start(state, started, turn),
            Input.ProbeSampled sample => Sampled(state, sample, turn),
            Input.ServiceSampled sample => OneGroup(state, sample.Group, g => ServiceWatch.Sampled(state, g, sample, turn)),
            Input.KeepalivedSaid said => EachGroup(state, g => g.Options.Instance == said.Instance ? Observation.Said(g, said.State, said.Priority, turn) : g),
            Input.VipChanged vip => OneGroup(state, vip.Group, g => Observation.Vip(g, vip.Present, turn)),
            Input.KeepalivedAlive alive => OneGroup(state, alive.Group, g => Observation.Alive(g, alive.Alive, turn)),
            Input.Ordered ordered => Ordered(state, ordered.Order, turn),
            Input.LinkChanged link => Link(state, link.Connected, turn),
            Input.BrokerAnswered => state with { BrokerAnsweredAt = turn.Now },
            Input.FilesRead read => OneGroup(state, read.Group, g => FilesRead(g, read, turn)),
            Input.DownFileRead read => OneGroup(state, read.Group, g => DownFileSteering.Read(g, read.Present, turn)),
            Input.WriteFailed failed => OneGroup(state, failed.Group, g => WriteFailed(g, failed, turn)),
            Input.Persisted persisted => Saving.Settle(state, persisted, turn),
            Input.Stopping => Stop(state, turn),
            _ => state,
        };
        if (!state.Started || input is Input.Stopping) return new AgentStep(state, turn.Effects);

        var steered = state;
        state = EachGroup(state, g => Actuator.Check(Steering.Reconcile(g, IsolationWatch.Judge(g, steered, turn.Now), turn), turn));
        state = EachGroup(state, g => ServiceWatch.Reconcile(g, turn));
        state = Saving.Request(state, turn);
        state = Results.Report(state, turn);
        return new AgentStep(Heartbeat.Send(state, turn), turn.Effects);
    }

    /// <summary>
    /// At the start nothing upward is applied again: MASTER now keeps its priority whatever role it stands for, everything else goes to
    /// untold. What a failed node left in its files (sick, fence) is kept until its health is known to be good again.
    /// </summary>
    private static AgentState Start(AgentState state, Input.Started started, Turn turn)
    {
        foreach (var seen in started.Groups)
        {
            var found = turn.Deviations.EpochForgotten ? seen with { Obeyed = null } : seen;
            if (!state.Groups.TryGetValue(found.Group, out var group)) continue;
            var master = found is { VipPresent: true, KeepalivedAlive: true };
            var stands = Priorities.RoleOf(group.Options, found.PriorityFile);
            var wasBad = found.FenceFile != 0 || stands == SteeredRole.Sick;
            group = group with
            {
                FenceFile = found.FenceFile,
                PriorityFile = found.PriorityFile,
                WrittenAt = turn.Now,
                EffectivePriority = Priorities.Effective(group.Options, found.PriorityFile),
                VipPresent = found.VipPresent,
                KeepalivedAlive = found.KeepalivedAlive,
                Role = RoleAtStart(found),
                RoleSince = turn.Now,
                Steered = master && !turn.Deviations.LoweredAtStart || stands == SteeredRole.Sick ? stands : SteeredRole.Untold,
                Fence = found.FenceFile != 0 ? new Fence(FenceKind.Own, turn.Now, turn.Now + Priorities.FenceDeadline(group.Options)) : null,
                Saved = found.Obeyed,
                Applied = found.Obeyed is { } obeyed ? new FencingToken(obeyed.Generation, obeyed.Epoch) : default,
            };
            var wasGood = !wasBad && stands is SteeredRole.Holder or SteeredRole.Standby or SteeredRole.Yield;
            if (group.Options.DownFile is not null) (group, wasGood) = DownFileSteering.Start(group, found, state.BootId);
            if (found.Obeyed is { } heard && new SpeakerToken(heard.Generation, heard.Term) is var speaker && speaker > state.Speaker)
                state = state with { Speaker = speaker };
            state = state with { Groups = state.Groups.SetItem(found.Group, group) };
            // 252 and more were only written while every hard check was good (and so was the absence of a down file, as holder or standby);
            // a proxy that died while no agent looked must not stay unknown
            if (!wasBad && !wasGood) continue;
            foreach (var name in group.Options.Probes)
                if (state.Probes.TryGetValue(name, out var probe) && probe.Options.Class == ProbeClass.Hard)
                    state = state with { Probes = state.Probes.SetItem(name, wasBad ? probe.PresumedDown() : probe.PresumedGood()) };
        }
        turn.Urgent = true;
        return EachGroup(state with { Started = true, LastTick = turn.Now, BrokerAnsweredAt = turn.Now }, g => Healths.Fold(g, state.Probes, turn));
    }

    private static VrrpRole RoleAtStart(GroupAtStart found) => found switch
    {
        { KeepalivedAlive: false } => VrrpRole.Stop,
        { VipPresent: true } => VrrpRole.Master,
        { FenceFile: not 0 } or { LastNotify: NotifyState.Fault } => VrrpRole.Fault,
        _ => VrrpRole.Backup,
    };

    private static AgentState Sampled(AgentState state, Input.ProbeSampled sample, Turn turn)
    {
        if (!state.Probes.TryGetValue(sample.Probe, out var probe)) return state;
        if (Lateness.Excuses(state, probe.Options, sample))
        {
            turn.Effects.Add(new Effect.RepeatProbe(sample.Probe));
            sample = sample with { Result = SampleResult.Unknown, Reason = $"{sample.Reason}, while the agent itself was {state.LateBy.TotalMilliseconds:0} ms late" };
        }
        var holding = state.Groups.Values.Any(g => g.Holding && g.Options.Probes.Contains(sample.Probe));
        var next = probe.Fold(sample, holding, state.Options.Timings.AddressMemory);
        if (next.State != probe.State)
            turn.Say(next.State == ProbeState.Down ? Severity.Warning : Severity.Information, "Probe",
                $"{sample.Probe}: {probe.State} -> {next.State}: {next.Reason}");
        var tell = next.State != probe.State || (next.Misses > 0) != (probe.Misses > 0) || turn.Now < state.ReportUntil;
        state = state with { Probes = state.Probes.SetItem(sample.Probe, next), Changed = state.Changed || tell };
        return next.State == probe.State ? state : EachGroup(state, g => Healths.Fold(g, state.Probes, turn));
    }

    private static AgentState Ordered(AgentState state, Order order, Turn turn)
    {
        var verdict = OrderGate.Judge(state, order, turn.Now);
        if (verdict.NonceAt is not { } sentAt) return Refused(state, order, verdict, turn);
        state = state with
        {
            Speaker = new SpeakerToken(order.Generation, order.Term),
            OrderSeq = order.Seq,
            BrokerAnsweredAt = turn.Now,
            ReportUntil = order.Report ? turn.Now + TimeSpan.FromSeconds(1) : state.ReportUntil,
        };
        foreach (var wanted in order.Groups)
        {
            var why = state.Groups.TryGetValue(wanted.Group, out var group) ? OrderGate.JudgeGroup(group, order, wanted) : "no such group here";
            if (why is null) state = state with { Groups = state.Groups.SetItem(wanted.Group, Orders.Take(group!, order, wanted, sentAt, turn)) };
            else turn.Effects.Add(new Effect.PublishResult(Results.Of(state, order, wanted, group is null ? OrderOutcome.Refused : OrderOutcome.Stale, why)));
        }
        return state;
    }

    /// <summary>One line and one answer per kind of refusal in ten seconds: a deposed leader or a replay may send hundreds.</summary>
    private static AgentState Refused(AgentState state, Order order, OrderGate.Verdict verdict, Turn turn)
    {
        if (state.RefusalsTold.TryGetValue(verdict.Code, out var told) && turn.Now - told < s_refusalGap) return state;
        turn.Say(Severity.Warning, "OrderRefused",
            $"order of term {order.Generation}/{order.Term} {verdict.Outcome.ToString().ToLowerInvariant()}: {verdict.Reason}");
        foreach (var wanted in order.Groups) turn.Effects.Add(new Effect.PublishResult(Results.Of(state, order, wanted, verdict.Outcome, verdict.Reason)));
        return state with { RefusalsTold = state.RefusalsTold.SetItem(verdict.Code, turn.Now) };
    }

    private static AgentState Link(AgentState state, bool connected, Turn turn)
    {
        turn.Urgent |= connected;
        return state with { Connected = connected, BrokerAnsweredAt = connected ? turn.Now : state.BrokerAnsweredAt };
    }

    private static GroupState FilesRead(GroupState group, Input.FilesRead read, Turn turn)
    {
        if (group.Options.DownFile is not null) return group;
        if (group.FenceFile is { } fence && fence != read.Fence || group.PriorityFile is { } priority && priority != read.Priority)
            turn.Say(Severity.Warning, "FileChanged", $"{group.Name}: somebody else wrote a steering file: fence {read.Fence}, priority {read.Priority}");
        return group with { FenceFile = read.Fence, PriorityFile = read.Priority };
    }

    private static GroupState WriteFailed(GroupState group, Input.WriteFailed failed, Turn turn)
    {
        var fault = $"ActuatorFailed: {failed.File.ToString().ToLowerInvariant()} file: {failed.Reason}";
        if (group.ActuatorFault != fault) turn.Say(Severity.Error, "ActuatorFailed", $"{group.Name}: {fault}");
        turn.Urgent = true;
        group = group with { ActuatorFault = fault, RetryWriteAt = turn.Now + TimeSpan.FromSeconds(1) };
        if (failed.File == SteeringFile.Down) return group with { DownFile = null };
        if (failed.File == SteeringFile.Priority) return group with { PriorityFile = null };
        // a fence that cannot be written must not keep the node from being lowered the other way
        var own = group.Fence is { Kind: FenceKind.Own };
        return group with { FenceFile = null, Fence = own ? null : group.Fence, Steered = own ? SteeredRole.Sick : group.Steered };
    }

    private static AgentState Stop(AgentState state, Turn turn)
    {
        foreach (var group in state.Groups.Values)
            if (group.Options.DownFile is null) turn.Effects.AddRange(Release.Decide(group.Options, group.VipPresent && group.KeepalivedAlive, group.FenceFile ?? 0, group.PriorityFile ?? 0));
        return state;
    }

    private static AgentState EachGroup(AgentState state, Func<GroupState, GroupState> change)
    {
        var groups = state.Groups;
        foreach (var (name, group) in state.Groups)
        {
            var next = change(group);
            if (!ReferenceEquals(next, group)) groups = groups.SetItem(name, next);
        }
        return ReferenceEquals(groups, state.Groups) ? state : state with { Groups = groups };
    }

    private static AgentState OneGroup(AgentState state, GroupName name, Func<GroupState, GroupState> change) =>
        state.Groups.TryGetValue(name, out var group) ? state with { Groups = state.Groups.SetItem(name, change(group)) } : state;
}
