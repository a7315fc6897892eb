using System.Collections.Immutable;

namespace Arbiter.Api;

// The documented shapes of docs/api.md: stable names, ages in milliseconds at the moment of answering, enums in camelCase.
// Nothing in here is computed; ViewBuilder does that.

/// <param name="Role">What this replica is: starting, notSeeded, quorumLost, following, leading.</param>
/// <param name="Leader">Who leads as far as this replica knows; null = nobody known.</param>
public sealed record AnsweredBy(string Cluster, string Replica, string Role, string? Leader);

/// <param name="Level">ok, warning, critical, unknown.</param>
public sealed record Verdict(string Level, string Text);

public sealed record ReadinessView(bool Ready, string Code, string Reason);

public sealed record LivenessView(bool Alive, string Reason);

public sealed record BusView(bool Connected, string Reason);

public sealed record GroupList(long Version, AnsweredBy AnsweredBy, Verdict Verdict, BusView Bus, ImmutableArray<GroupView> Groups);

public sealed record NodeList(long Version, AnsweredBy AnsweredBy, ImmutableArray<NodeView> Nodes);

/// <summary>Everything at one moment: what the status page shows and <c>arbiter status</c> prints.</summary>
public sealed record Overview(
    long Version, AnsweredBy AnsweredBy, Verdict Verdict, ReadinessView Readiness, BusView Bus, QuorumView Quorum,
    ImmutableArray<GroupView> Groups, ImmutableArray<NodeView> Nodes);

public sealed record GroupView
{
    public required string Name { get; init; }
    public required Verdict Verdict { get; init; }
    public required ImmutableArray<string> Vips { get; init; }
    public required string Mode { get; init; }
    /// <summary>Recorded by the register's majority; null before the first.</summary>
    public required string? Holder { get; init; }
    public required string? PreviousHolder { get; init; }
    public required long? Epoch { get; init; }
    public required string? Reason { get; init; }
    /// <summary>For people only; no rule reads a wall clock.</summary>
    public required DateTimeOffset? Since { get; init; }
    /// <summary>Nodes whose keepalived says MASTER now.</summary>
    public required ImmutableArray<string> Masters { get; init; }
    public required string? Standby { get; init; }
    public required bool StandbyReady { get; init; }
    public required string Decision { get; init; }
    public required string Because { get; init; }
    public required ImmutableArray<DiagnosisView> Diagnoses { get; init; }
    public required ImmutableArray<MemberView> Members { get; init; }
    /// <summary>Newest first.</summary>
    public required ImmutableArray<MoveView> Moves { get; init; }
    /// <summary>What is done by itself, in the order of the configuration.</summary>
    public ImmutableArray<ScheduleView> Schedules { get; init; } = [];
    /// <summary>The last events that the register still holds, newest first, at most ten; the history has the rest.</summary>
    public required ImmutableArray<EventView> Events { get; init; }
}

/// <param name="Next">null = it does not come again.</param>
/// <param name="Last">null = nothing is known of an earlier time (any more).</param>
public sealed record ScheduleView(string Name, string Kind, string When, string TimeZone, string? To, string? Reason, DateTimeOffset? Next, ScheduleOutcomeView? Last);

/// <param name="Outcome">moved or missed.</param>
public sealed record ScheduleOutcomeView(string Outcome, DateTimeOffset At, string Text);

public sealed record DiagnosisView(string Name, string Severity, string Text, long AgeMs);

public sealed record MoveView(long Epoch, string? From, string To, string Reason, DateTimeOffset At);

public sealed record MemberView
{
    public required string Node { get; init; }
    public required int Preference { get; init; }
    public required string? Wanted { get; init; }
    /// <summary>null = never heard.</summary>
    public required long? AgeMs { get; init; }
    public required bool Stale { get; init; }
    public required ReadingView? Reading { get; init; }
}

/// <summary>What a node said of one group; with <c>stale</c> on its owner it is history, not knowledge.</summary>
public sealed record ReadingView
{
    public required string Role { get; init; }
    public required long RoleAgeMs { get; init; }
    public required bool VipPresent { get; init; }
    public required bool KeepalivedAlive { get; init; }
    public required int EffectivePriority { get; init; }
    public required bool Fenced { get; init; }
    public required string Steered { get; init; }
    public required string Health { get; init; }
    public required long HealthyMs { get; init; }
    public required string? Ordered { get; init; }
    public required bool Pending { get; init; }
    public required long Epoch { get; init; }
    public required string? Fault { get; init; }
    /// <summary>How the service behind the VIP looks from this node; null on the node that holds it, and where none is configured.</summary>
    public required ServiceView? Service { get; init; }
}

/// <param name="State">unknown, up, down.</param>
/// <param name="LatencyMs">null when the newest question was not answered.</param>
public sealed record ServiceView(string State, string Reason, long SinceMs, double? LatencyMs);

public sealed record NodeView
{
    public required string Name { get; init; }
    public required long? AgeMs { get; init; }
    public required bool Stale { get; init; }
    public required string? Process { get; init; }
    public required string? BootId { get; init; }
    public required long? Seq { get; init; }
    public required long? LoopDelayMs { get; init; }
    public required long? TiltMs { get; init; }
    public required ImmutableArray<ProbeView> Probes { get; init; }
}

public sealed record ProbeView
{
    public required string Name { get; init; }
    public required string Kind { get; init; }
    public required string Class { get; init; }
    public required string State { get; init; }
    public required string Reason { get; init; }
    public required long SinceMs { get; init; }
    public required int Misses { get; init; }
    /// <summary>Age of the newest sample; null = none yet.</summary>
    public required long? SampleAgeMs { get; init; }
    public required double? LatencyMs { get; init; }
}

public sealed record QuorumView
{
    public required AnsweredBy AnsweredBy { get; init; }
    public required string State { get; init; }
    public required string Reason { get; init; }
    public required string? Leader { get; init; }
    public required long Generation { get; init; }
    public required long Term { get; init; }
    public required long Seq { get; init; }
    public required long? LeaseLeftMs { get; init; }
    public required int Voting { get; init; }
    public required int Majority { get; init; }
    public required ImmutableArray<ServerView> Servers { get; init; }
}

public sealed record ServerView(string Address, string State, string? Detail, double? LatencyMs, string? RunId, string? Incarnation, string? Promised, string? Accepted);

/// <summary>One server-sent event: fetch anew when the version rose.</summary>
public sealed record StatusChanged(long Version, string Role, string? Leader, bool Ready, string Level, string Text);

/// <summary>RFC 9457.</summary>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Instance, ImmutableArray<string>? Known = null);
