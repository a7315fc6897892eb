using System.Collections.Immutable;

namespace Arbiter.Core;

/// <summary>Rows that hold back whatever the rules would do.</summary>
internal static class Gates
{
    public static ImmutableArray<Row> Rows { get; } =
    [
        new("follower", "this replica does not lead", "no order, nothing recorded",
            f => !f.State.Leading,
            _ => "another replica leads, or none"),
        new("bus-lost", "the message bus is away or blocked", "nothing recorded; nodes keep what they have",
            f => !f.State.BusConnected,
            f => $"the bus is away ({f.State.BusReason}): silence of nodes means nothing now"),
        new("tilted", "this replica stood still for more than 2 s, less than 5 s ago", "nothing recorded, no standby named: what it reads may be as old as its standstill",
            f => f.Tilted,
            f => $"this replica stood still; it decides again in {(f.State.TiltUntil - f.Now).TotalSeconds:0.0} s"),
        new("startup-grace", "leadership is younger than 10 s, or no majority of the group's agents has reported since", "nothing new recorded; what is recorded is refreshed at once, standby readiness included",
            f => !f.State.GraceOver,
            f => f.Now - f.State.GainedAt < GroupRules.StartupGrace
                ? "leading for less than 10 s"
                : $"{f.State.Members.Count(m => m.Fresh(f.Now))} of {f.State.Members.Length} agents have reported, a majority is needed"),
        new("register-change", "a change of the register is in flight or its outcome unknown", "wait for the answer; orders stay those of the recorded epoch",
            f => f.State.InFlight is not null,
            f => f.State.InFlight!.Unknown
                ? $"whether {f.State.InFlight.Proposal.Holder} is recorded is unknown until the register is read"
                : $"the register is asked to record {f.State.InFlight.Proposal.Holder}"),
        new("register-refused", "the register refused a change less than 1 s ago", "wait",
            f => f.Now < f.State.QuietUntil,
            _ => "the register has just refused"),
    ];
}
