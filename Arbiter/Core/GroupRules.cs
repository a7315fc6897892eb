using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

internal sealed record Member(NodeId Node, int Preference);

/// <summary>What a group was configured to be, and the times that every group shares (docs/decisions.md lists them).</summary>
internal sealed record GroupRules
{
    public required GroupName Group { get; init; }
    /// <summary>Sorted by name, so that no decision depends on the order in a file.</summary>
    public required ImmutableArray<Member> Members { get; init; }
    public required GroupPolicy Policy { get; init; }
    public GroupMode Mode { get; init; } = GroupMode.Act;
    public TimeSpan Rearm { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The longest advert_int of the group's keepalived.conf.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rules that are not kept to, in the simulator.</summary>
    public DecisionDeviations Deviations { get; init; } = DecisionDeviations.None;

    /// <summary>Two adverts, at least 500 ms: a hand-over overlaps by one.</summary>
    public TimeSpan DualMasterGrace => Advert * 2 > TimeSpan.FromMilliseconds(500) ? Advert * 2 : TimeSpan.FromMilliseconds(500);

    /// <summary>When the old holder's agent has taken itself back (twice an election, twice a second), and a second for the words between.</summary>
    public TimeSpan PlannedDeadline => 2 * (3 * Advert + TimeSpan.FromSeconds(1)) + TimeSpan.FromSeconds(1);

    /// <summary>
    /// An ordered move by down files, 30 s at an advert_int of 1 s: the old holder's script and an election (4 adverts and 6 s), as long again
    /// for the new holder that had to take its own file away first, and 10 s for slow scripts. The old holder's agent takes itself back before.
    /// </summary>
    public TimeSpan DownFileMoveDeadline => 2 * (4 * Advert + TimeSpan.FromSeconds(6)) + TimeSpan.FromSeconds(10);

    /// <summary>The effective priority of an armed standby.</summary>
    public const int StandbyPriority = 253;

    /// <summary>Older than this, what a node said is unknown.</summary>
    public static readonly TimeSpan Suspect = TimeSpan.FromSeconds(3);
    /// <summary>Older than this, its agent is called silent.</summary>
    public static readonly TimeSpan Silent = TimeSpan.FromSeconds(5);
    /// <summary>The same, when the broker said that its connection closed: one heartbeat after that.</summary>
    public static readonly TimeSpan SilentAfterHint = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan StartupGrace = TimeSpan.FromSeconds(10);
    /// <summary>How long an elected node must have been the only MASTER.</summary>
    public static readonly TimeSpan Elected = TimeSpan.FromSeconds(3);
    /// <summary>No change of standby this soon after a fence or a change of role.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    /// <summary>How long the old holder stays fenced behind the new MASTER.</summary>
    public static readonly TimeSpan FenceTail = TimeSpan.FromSeconds(5);
    /// <summary>An ordered move that made no MASTER by now is over.</summary>
    public static readonly TimeSpan MoveDeadline = TimeSpan.FromSeconds(10);
    /// <summary>How long an announced standby counts as announced: the validity of an order.</summary>
    public static readonly TimeSpan AnnouncedFor = TimeSpan.FromSeconds(12);
    /// <summary>After an unknown outcome the wish may be repeated; the expected epoch keeps it from counting twice.</summary>
    public static readonly TimeSpan UnknownWait = TimeSpan.FromSeconds(5);
    /// <summary>A replica that stood still for longer does not trust what it reads next.</summary>
    public static readonly TimeSpan TiltGap = TimeSpan.FromSeconds(2);
    /// <summary>The longest that a message may wait at the broker: after that, everything read is of now.</summary>
    public static readonly TimeSpan TiltCalm = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(1);
    /// <summary>A check that recovered on one node only is that node's own again after this.</summary>
    public static readonly TimeSpan IncidentTail = TimeSpan.FromSeconds(5);
    /// <summary>How long after a first miss of the holder the others are asked for reports, and how often.</summary>
    public static readonly TimeSpan ReportFor = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan HoldDown = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan HoldDownMost = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan HoldDownWindow = TimeSpan.FromMinutes(10);
    /// <summary>More process ids than this for one node are not told apart.</summary>
    public const int SpeakersMost = 4;
}
