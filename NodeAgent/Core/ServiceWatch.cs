using Contracts.Messages;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// When the service behind a VIP is asked from here: while an order has named it and this node neither is MASTER nor has the address (it would
/// ask itself). Told to the arbiter, never part of health: no rule moves a VIP for it. An address outside the group's own VIPs is not asked.
/// </summary>
internal static class ServiceWatch
{
    public static GroupState Reconcile(GroupState group, Turn turn)
    {
        var text = group.Policy.Service;
        // the same text again and again: it is read once
        if (group.ServiceText != text) group = group with { ServiceText = text, ServiceRead = text is null ? (null, "") : ServiceAddress.Read(text, group.Options.Vips) };
        var (address, problem) = group.ServiceRead;
        if (problem.Length > 0 && group.ServiceRefused != text)
            turn.Say(Severity.Warning, "ServiceRefused", $"{group.Name}: the service address of the order {problem}; it is not asked");
        if (group.ServiceRefused != (problem.Length > 0 ? text : null)) group = group with { ServiceRefused = problem.Length > 0 ? text : null };
        if (group.Role == VrrpRole.Master || group.VipPresent) address = null;
        if (group.Service?.Address == address) return group;
        turn.Effects.Add(new Effect.AskService(group.Name, address));
        return group with { Service = address is null ? null : new ServiceTally(address, turn.Now) };
    }

    public static GroupState Sampled(AgentState agent, GroupState group, Input.ServiceSampled sample, Turn turn)
    {
        // asked before the role or the address changed
        if (group.Service is not { } service || service.Address != sample.Address) return group;
        if (Lateness.Excuses(agent, sample.Result, ServiceTally.Deadline, sample.TakenAt, sample.Took, sample.At))
            sample = sample with { Result = SampleResult.Unknown, Reason = $"{sample.Reason}, while the agent itself was {agent.LateBy.TotalMilliseconds:0} ms late" };
        var next = service.Fold(sample);
        if (next.State != service.State)
        {
            turn.Urgent = true;
            turn.Say(next.State == ProbeState.Down ? Severity.Warning : Severity.Information, "Service",
                $"{group.Name}: {next.Address} {service.State} -> {next.State}: {next.Reason}");
        }
        return group with { Service = next };
    }

    public static ServiceReading? Reading(GroupState group, TimeSpan now) => group.Service is not { } service ? null : new ServiceReading(
        service.State, service.Reason.Length <= 200 ? service.Reason : service.Reason[..200], Math.Max(0, (long)(now - service.Since).TotalMilliseconds),
        service.Latency is { } took ? Math.Round(Math.Max(0, took.TotalMilliseconds), 3) : -1);
}
