using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>
/// Roles as numbers. keepalived adds the number in the priority file (weight 1) to the base priority and limits the sum to 1..254, so an
/// agent writes <c>wanted - base</c>. Neighbours in rank are at least 3 ms of skew apart: 254 and 253 belong to two nodes only, everybody
/// else stays at base, because 253 and 252 collide at short advert intervals (docs/steering.md).
/// </summary>
internal static class Priorities
{
    public const int Holder = 254;
    public const int Standby = 253;
    public const int Yield = 252;

    public static int FileValue(AgentGroupOptions group, SteeredRole role) => role switch
    {
        SteeredRole.Holder => Holder - group.Base,
        SteeredRole.Standby => Standby - group.Base,
        SteeredRole.Yield => Yield - group.Base,
        SteeredRole.Sick => group.Sick - group.Base,
        _ => 0,
    };

    /// <summary>What a number found in the file stands for; a number that no role writes counts as untold and is overwritten.</summary>
    public static SteeredRole RoleOf(AgentGroupOptions group, int fileValue) => (group.Base + fileValue) switch
    {
        Holder => SteeredRole.Holder,
        Standby => SteeredRole.Standby,
        Yield => SteeredRole.Yield,
        var p when p == group.Sick => SteeredRole.Sick,
        _ => SteeredRole.Untold,
    };

    public static int Effective(AgentGroupOptions group, int fileValue) => Math.Clamp(group.Base + fileValue, 1, 254);

    /// <summary>The effective priority by the down file: base, or base + weight within 1..254; null when the weight is not known.</summary>
    public static int? ByDownFile(AgentGroupOptions group, bool present) =>
        !present ? group.Base : group.DownWeight is { } weight ? Math.Clamp(group.Base + weight, 1, 254) : null;

    /// <summary>What keepalived said last. One that tells nobody: what the down file makes of the base; 0 = cannot be known.</summary>
    public static int Told(GroupState group) =>
        group.Options is { DownFile: not null, NotifyFifo: null } ? (group.DownFile is { } present ? ByDownFile(group.Options, present) : null) ?? 0 : group.EffectivePriority;

    /// <summary>
    /// How long a move by a down file may take: the script must fail (6 s allow for fall 2 at an interval of 1 s that skips every other run,
    /// and more), then the other node waits for three adverts and its skew.
    /// </summary>
    public static TimeSpan DownFileMove(AgentGroupOptions group) => 4 * group.Advert + TimeSpan.FromSeconds(6);

    /// <summary>
    /// The standby's down file went a moment ago and its script must be good a few times before its base counts: until then it would be
    /// elected late. 6 s allow for rise 5 at an interval of 1 s; a keepalived that tells its priorities says itself when it has risen.
    /// </summary>
    public static bool Rises(GroupState group, TimeSpan now) =>
        group.Options.DownFile is not null && group.Steered == SteeredRole.Standby && now - group.WrittenAt < TimeSpan.FromSeconds(6)
        && (group.Options.NotifyFifo is null || group.EffectivePriority < group.Options.Base);

    /// <summary>A fence ends by itself after this, unless renewed: longer than an election at this advert interval.</summary>
    public static TimeSpan FenceDeadline(AgentGroupOptions group)
    {
        var election = 4 * group.Advert + TimeSpan.FromSeconds(1);
        return election > TimeSpan.FromSeconds(2) ? election : TimeSpan.FromSeconds(2);
    }

    /// <summary>
    /// A planned move that has not happened by then is taken back: twice what it may take. By a down file the second half is the new
    /// holder's, which takes its own file away after the first (<see cref="DownFileMove"/>), when this node has no script; taken back
    /// earlier, the VIP would move a moment after the move was given up. The old holder serves all the time.
    /// </summary>
    public static TimeSpan YieldDeadline(AgentGroupOptions group) =>
        2 * (group.DownFile is null ? 3 * group.Advert + TimeSpan.FromSeconds(1) : DownFileMove(group));
}
