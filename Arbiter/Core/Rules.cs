using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>Rows that say what should be, in order of force. The last one always applies.</summary>
internal static class Rules
{
    public const string SoftUnproven = "soft-unproven";

    public static ImmutableArray<Row> Rows { get; } =
    [
        new("initial", "nothing recorded, exactly one node is MASTER", "record it as holder, reason `initial`",
            f => f.State.Assignment is null && f.SoleMaster is { } m && !m.Duplicate(f.Now),
            f => $"{f.SoleMaster!.Node} is the only MASTER and nothing is recorded yet")
        { Record = f => (f.SoleMaster!.Node, "initial") },

        new("no-holder", "nothing recorded, nobody is MASTER", "diagnosis NoHolder, no order: VRRP elects",
            f => f.State.Assignment is null && f.Masters.IsEmpty,
            _ => "nothing is recorded and no node says MASTER"),

        new("unrecorded-doubt", "nothing recorded, several nodes are MASTER or the only one is a duplicate", "no order: VRRP decides between them",
            f => f.State.Assignment is null,
            f => $"nothing is recorded, MASTER: {Names(f.Masters)}"),

        new("holder-unknown", "the recorded holder is no member of the group any more, and no other node is the only MASTER for 3 s", "no order to anybody but the members",
            f => f.Holder is null && !(f.SoleMaster is not null && f.SoleFor >= GroupRules.Elected),
            f => $"recorded holder {f.State.Assignment!.Holder} is not a member"),

        new("duplicate-holder", "two live agent processes speak for the recorded holder", "diagnosis DuplicateNode, no order to either, the holder keeps the VIP",
            f => f.Holder?.Duplicate(f.Now) == true,
            f => $"two agents speak for {f.Holder!.Node}"),

        Planned.NotArrived,

        new("move-open", "an ordered move has not arrived: the new holder is not MASTER yet (at most 10 s)", "keep the fence or the `yield` on the old holder, touch no BACKUP's file",
            f => f.State.Move is { MasterAt: null },
            f => $"waiting for {f.State.Move!.To} to become MASTER"),

        new("failover", "the standby named to the holder is MASTER and the recorded holder is not, fresh or not", "record it at once, reason `failover: why`",
            f => FailedOver(f) is not null,
            f => $"{FailedOver(f)!.Node} took over as announced: {Words.Why(f.Holder, f.Now)}")
        { Record = f => (FailedOver(f)!.Node, Words.Clip($"failover: {Words.Why(f.Holder, f.Now)}")) },

        new("elected", "the recorded holder freshly says that it is not MASTER, and another node has been the only MASTER for 3 s", "record it, reason `adopted`",
            f => Elected(f) is not null && f.SoleFor >= GroupRules.Elected,
            f => $"VRRP elected {f.SoleMaster!.Node}: {Words.Why(f.Holder, f.Now)}")
        { Record = f => (f.SoleMaster!.Node, "adopted") },

        new("elected-watch", "the same for less than 3 s", "wait",
            f => Elected(f) is not null,
            f => $"{f.SoleMaster!.Node} is MASTER and not recorded, watched for {GroupRules.Elected.TotalSeconds:0} s"),

        new("dual-master", "several nodes are MASTER", "diagnosis DualMaster after the grace; the recorded holder stays",
            f => f.Masters.Length > 1,
            f => $"MASTER: {Names(f.Masters)}"),

        new("holder-silent", "the recorded holder has not reported for 3 s", "diagnosis AgentSilent after 5 s; silence is not death and moves nothing",
            f => !f.HolderFresh,
            f => Words.Why(f.Holder, f.Now)),

        new("nobody-master", "the recorded holder is not MASTER and nobody else is", "no BACKUP's file is touched until somebody is MASTER",
            f => !f.HolderIsMaster,
            f => $"nobody is MASTER: {Words.Why(f.Holder, f.Now)}"),

        new("holder-fenced", "the recorded holder is fenced and still says MASTER", "wait for its keepalived",
            f => f.Holder!.Reading!.Fenced,
            f => Words.Why(f.Holder, f.Now)),

        new("hard-no-standby", "hard failure of the holder, no armed and ready standby", "keep: never the last one",
            f => Hard(f) && f.Ready is null,
            f => $"{Words.Why(f.Holder, f.Now)}, and no standby is ready"),

        new("hard-held", "hard failure of the holder, second or later hold-down", "keep until it is over",
            f => Hard(f) && Brakes.Level(f.State, f.Now) > 1,
            f => $"{Words.Why(f.Holder, f.Now)}; hold-down for another {Brakes.Left(f.State, f.Now).TotalSeconds:0} s"),

        new("hard-move", "hard failure of the holder while it is still MASTER, standby ready", "record the standby, then fence the old holder and order the new one in the same instant",
            Hard,
            f => $"{Words.Why(f.Holder, f.Now)}, {f.Ready!.Node} is ready")
        { Record = f => (f.Ready!.Node, Words.Clip($"hard: {Words.Why(f.Holder, f.Now)}")), Move = MoveKind.Fence },

        new("external", "a soft check of the holder fails on every node that runs it", "keep: the check is out of the ranking while it lasts, and no standby is named",
            f => Soft(f) && !f.State.External.IsEmpty && Ranking.FailedOfHolder(f.Holder!, f.State).IsEmpty,
            f => $"{string.Join(", ", f.State.External.Keys)} fails everywhere: nobody would be better"),

        new("soft-no-better", "soft failure of the holder, nobody ready fails at least one soft check less", "keep: equal badness never moves",
            f => SoftCase(f) && !Beats(f),
            f => f.Ready is { } r
                ? $"{f.Holder!.Node} fails{Words.Failing(f.Holder)}, {r.Node} is not better by a whole check"
                : $"{f.Holder!.Node} fails{Words.Failing(f.Holder)}, and no standby is ready"),

        new(SoftUnproven, "soft failure of the holder, the candidate's last two samples are not both good and after the holder's first miss", "ask the others for reports, wait",
            f => SoftCase(f) && Ranking.Unproven(f.Holder!, f.Ready!, f.State) is not null,
            f => Ranking.Unproven(f.Holder!, f.Ready!, f.State)!),

        new("soft-held", "soft failure of the holder, hold-down", "keep until it is over",
            f => SoftCase(f) && Brakes.Level(f.State, f.Now) > 0,
            f => $"{f.Ready!.Node} would be better; hold-down for another {Brakes.Left(f.State, f.Now).TotalSeconds:0} s"),

        new("soft-move", "soft failure of the holder, the ready standby fails at least one soft check less", "record the standby, then fence the old holder and order the new one in the same instant",
            SoftCase,
            f => $"{f.Holder!.Node} fails{Words.Failing(f.Holder)}, {f.Ready!.Node} does not")
        { Record = f => (f.Ready!.Node, Words.Clip($"soft: {f.Holder!.Node} fails{Words.Failing(f.Holder)}")), Move = MoveKind.Fence },

        Planned.Move,

        new("keep", "the recorded holder is MASTER and nothing speaks against it", "refresh",
            _ => true,
            f => $"{f.Holder!.Node} holds"),
    ];

    /// <summary>The announced standby that took over: it became MASTER while its announcement was valid.</summary>
    private static MemberView? FailedOver(Facts f) =>
        !f.HolderIsMaster && f.State.Announced is { } said && said.Epoch == f.State.Assignment!.Epoch
        && f.SoleMaster is { } m && m.Node == said.Node && !m.Duplicate(f.Now) && m.RoleAt - said.At <= GroupRules.AnnouncedFor
            ? m : null;

    private static MemberView? Elected(Facts f) =>
        (f.Holder is null || f.HolderFresh && !f.HolderIsMaster) && f.SoleMaster is { } m && !m.Duplicate(f.Now) ? m : null;

    private static bool Hard(Facts f) => f.Holder!.Health(f.Now) == Health.HardBad;

    private static bool Soft(Facts f) => f.Holder!.Health(f.Now) == Health.SoftBad;

    private static bool SoftCase(Facts f) => Soft(f) && !Ranking.FailedOfHolder(f.Holder!, f.State).IsEmpty;

    private static bool Beats(Facts f) =>
        f.Ready is { } r && Ranking.FailedOfCandidate(r, f.State).Length < Ranking.FailedOfHolder(f.Holder!, f.State).Length;

    private static string Names(IEnumerable<MemberView> members) => string.Join(", ", members.Select(m => m.Node));
}
