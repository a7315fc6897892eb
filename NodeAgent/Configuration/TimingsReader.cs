using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary>The optional <c>timings:</c> section.</summary>
internal static class TimingsReader
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static AgentTimings Read(Section root)
    {
        var defaults = new AgentTimings();
        if (root.Optional("timings").Section() is not { } section) return defaults;
        var heartbeatValue = section.Optional("heartbeat");
        var readinessValue = section.Optional("readiness");
        var graceValue = section.Optional("isolationGrace");
        var memoryValue = section.Optional("addressMemory");
        var timings = new AgentTimings
        {
            Heartbeat = heartbeatValue.Duration(Second / 10, 10 * Second) ?? defaults.Heartbeat,
            Readiness = readinessValue.Duration(Second / 2, 60 * Second) ?? defaults.Readiness,
            IsolationGrace = graceValue.Duration(Second, TimeSpan.FromMinutes(10)) ?? defaults.IsolationGrace,
            AddressMemory = memoryValue.Duration(10 * Second, TimeSpan.FromDays(1)) ?? defaults.AddressMemory,
            TiltGap = section.Optional("tiltGap").Duration(Second / 2, 60 * Second) ?? defaults.TiltGap,
            TiltCalm = section.Optional("tiltCalm").Duration(Second, 60 * Second) ?? defaults.TiltCalm,
            OwnFences = section.Optional("ownFences").Integer(0, 100) ?? defaults.OwnFences,
            OwnFenceWindow = section.Optional("ownFenceWindow").Duration(10 * Second, TimeSpan.FromDays(1)) ?? defaults.OwnFenceWindow,
        };
        if (!heartbeatValue.Faulty && !readinessValue.Faulty && timings.Heartbeat * 2 >= timings.Readiness)
            heartbeatValue.Wrong($"two heartbeats ({DurationText.Format(timings.Heartbeat * 2)}) must fit into readiness ({DurationText.Format(timings.Readiness)}): "
                + "one lost heartbeat would make a standby unready; lower heartbeat or raise readiness");
        if (!graceValue.Faulty && !memoryValue.Faulty && timings.AddressMemory <= timings.IsolationGrace)
            memoryValue.Wrong($"{DurationText.Format(timings.AddressMemory)} must be above isolationGrace ({DurationText.Format(timings.IsolationGrace)}): "
                + "every address would be forgotten before the node could count as isolated");
        return timings;
    }
}
