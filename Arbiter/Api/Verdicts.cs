using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Arbiter.Api;

/// <summary>One word and one sentence for a person who has one second. The first row that fits speaks; the worst of the groups speaks for the cluster.</summary>
internal static class Verdicts
{
    public const string Ok = "ok";
    public const string Warning = "warning";
    public const string Critical = "critical";
    public const string Unknown = "unknown";

    /// <param name="group">Complete but for its verdict.</param>
    public static Verdict Of(GroupView group)
    {
        var fresh = group.Members.Where(m => !m.Stale).ToList();
        if (group.Masters.Length > 1) return new(Critical, $"{Join(group.Masters)} {(group.Masters.Length == 2 ? "both" : "all")} say MASTER: the VIP is on more than one node");
        if (fresh.Count == 0) return new(Unknown, group.Holder is { } last ? $"No node reports: {last} is recorded, who holds is unknown" : "No node reports: who holds is unknown");
        if (group.Masters.IsEmpty)
        {
            if (fresh.Count < group.Members.Length) return new(Unknown, $"No reporting node says MASTER, and {Silent(group)} is silent");
            return new(Critical, "Nobody holds: no node says MASTER");
        }
        var master = group.Masters[0];
        if (group.Holder is null) return new(Warning, $"{master} is MASTER, no holder is recorded yet");
        if (group.Holder != master) return new(Warning, $"{master} is MASTER, but {group.Holder} is recorded as holder");
        if (group.Diagnoses.FirstOrDefault(d => d.Severity == Critical) is { } bad) return new(Critical, $"{master} holds. {bad.Text}");
        if (group.Standby is null) return new(Warning, $"{master} holds, nobody stands by: a failure now costs an election");
        if (!group.StandbyReady) return new(Warning, $"{master} holds, {group.Standby} is not ready to take over");
        if (group.Diagnoses.FirstOrDefault(d => d.Severity == Warning) is { } mild) return new(Warning, $"{master} holds. {mild.Text}");
        return new(Ok, $"{master} holds, {group.Standby} is ready");
    }

    public static Verdict Of(RegisterStatus register, BusView bus, ImmutableArray<GroupView> groups)
    {
        switch (register.State)
        {
            case RegisterState.Starting: return new(Unknown, "Starting: the register has not been read yet");
            case RegisterState.NotSeeded: return new(Critical, "Not seeded: run 'arbiter quorum seed' once. Until then VRRP alone decides");
            case RegisterState.QuorumLost: return new(Critical, "Quorum lost: no orders are sent, VRRP alone decides. " + Worst(groups).Text);
        }
        if (!bus.Connected && bus.Reason == GroupState.NotReachedYet) return new(Unknown, "Starting: the broker has not been reached yet");
        if (!bus.Connected) return new(Critical, "Broker lost: nodes are not heard, VRRP alone decides. " + Worst(groups).Text);
        var worst = Worst(groups);
        if (register.Leader is null && worst.Level is Ok) return new(Warning, "No arbiter leads at the moment. " + worst.Text);
        return worst;
    }

    private static Verdict Worst(ImmutableArray<GroupView> groups)
    {
        if (groups.IsEmpty) return new(Warning, "No group is configured");
        var worst = groups.MaxBy(g => Weight(g.Verdict.Level))!;
        var alike = groups.Count(g => g.Verdict.Level == worst.Verdict.Level);
        if (worst.Verdict.Level == Ok)
            return new(Ok, groups.Length == 1 ? $"{worst.Name}: {worst.Verdict.Text}" : $"{(groups.Length == 2 ? "Both" : $"All {groups.Length}")} groups are held, each with a ready standby");
        return new(worst.Verdict.Level, $"{worst.Name}: {worst.Verdict.Text}" + (alike > 1 ? $" (and {alike - 1} more)" : ""));
    }

    private static int Weight(string level) => level switch { Ok => 0, Warning => 1, Unknown => 2, _ => 3 };

    private static string Silent(GroupView group) => string.Join(" and ", group.Members.Where(m => m.Stale).Select(m => m.Node));

    private static string Join(ImmutableArray<string> names) => string.Join(" and ", names);
}
