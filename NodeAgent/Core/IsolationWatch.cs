using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace NodeAgent.Core;

/// <summary>
/// Isolated = the broker is silent and every address that has answered within the memory (10 min) has been silent for the grace (5 s).
/// Two nodes that hear each other are never isolated, and addresses that never answered (an ICMP filter) never isolate anybody.
/// Over when one address has answered for the grace, or the broker is back.
/// Fails by fencing a node whose addresses and broker die together while clients still reach it: <c>onIsolation: hold</c> is for such sites.
/// </summary>
internal static class IsolationWatch
{
    public static bool Judge(GroupState group, AgentState agent, TimeSpan now)
    {
        var timings = agent.Options.Timings;
        if (agent.Tilted(now)) return group.Isolated;
        if (BrokerSpeaks(agent, now)) return false;

        var counting = 0;
        foreach (var name in group.Options.IsolationProbes)
        {
            if (!agent.Probes.TryGetValue(name, out var probe)) continue;
            foreach (var (_, target) in probe.Targets)
            {
                if (target.LastGood is not { } good || now - good > timings.AddressMemory) continue;
                counting++;
                if (group.Isolated)
                {
                    if (target.GoodSince is { } since && now - since >= timings.IsolationGrace) return false;
                }
                else if (target.Misses == 0 || now - good < timings.IsolationGrace) return false;
            }
        }
        // with every address forgotten nothing can be said any more: what was isolated stays so
        return group.Isolated || counting >= 2;
    }

    /// <summary>A connection that confirms nothing for the grace is no connection: TCP takes longer to notice a cut cable.</summary>
    private static bool BrokerSpeaks(AgentState agent, TimeSpan now) =>
        agent.Connected && now - agent.BrokerAnsweredAt < agent.Options.Timings.IsolationGrace;
}
