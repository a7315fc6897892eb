using System.Collections.Immutable;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>The state as the rules ask about it, at one moment. Whatever is stale is unknown here.</summary>
internal sealed class Facts
{
    public Facts(GroupState state, TimeSpan now)
    {
        State = state;
        Now = now;
        Masters = [.. state.Members.Where(m => m.IsMaster(now))];
        Holder = state.Find(state.Assignment?.Holder);
        Standby = state.Find(state.Standby);
    }

    public GroupState State { get; }
    public TimeSpan Now { get; }
    /// <summary>Whose keepalived freshly says MASTER.</summary>
    public ImmutableArray<MemberView> Masters { get; }
    /// <summary>The recorded holder; null without an assignment, or when it is no member any more.</summary>
    public MemberView? Holder { get; }
    public MemberView? Standby { get; }

    /// <summary>This replica stood still a moment ago, and what it reads may be as old as that.</summary>
    public bool Tilted => Now < State.TiltUntil;

    public bool HolderFresh => Holder?.Fresh(Now) == true;
    public bool HolderIsMaster => Holder?.IsMaster(Now) == true;

    /// <summary>Somebody serves, and is not being taken down: only then may a BACKUP's file change.</summary>
    public bool Settled => Masters.Any(m => !m.Reading!.Fenced);

    /// <summary>
    /// The holder is there, serves, and is not about to fence itself. A down file fences nobody: there a bad holder stays until another node
    /// is wanted more, and that may need an arming.
    /// </summary>
    public bool HolderSteady =>
        HolderIsMaster && !Holder!.Reading!.Fenced
        && (Holder.Reading.Steering == SteeringKind.DownFile || Holder.Health(Now) is Health.Good or Health.SoftBad);

    public bool OtherMaster(NodeId node) => Masters.Any(m => m.Node != node && m.Health(Now) != Health.HardBad && !m.Duplicate(Now));

    public MemberView? SoleMaster => Masters.Length == 1 ? Masters[0] : null;

    public TimeSpan SoleFor => SoleMaster is { } m && State.SoleMaster == m.Node ? Now - State.SoleSince : TimeSpan.Zero;

    /// <summary>The standby, when it would take over within its skew time now.</summary>
    public MemberView? Ready => Standby is { } s && s.Node != State.Assignment?.Holder && NotReady(s) is null ? s : null;

    /// <summary>Why a node is not an armed standby that would take over now; null when it is one.</summary>
    public string? NotReady(MemberView m) => NotUsable(m) ?? (State.Standby != m.Node || !Armed(m) ? "it is not armed" : null);

    /// <summary>Whether it would be elected when the holder goes down, as it is steered now.</summary>
    public bool Armed(MemberView m) => m.Reading switch
    {
        { Steering: SteeringKind.DownFile } => KeepsFile(m) || m.Reading is { Steered: SteeredRole.Standby, Pending: false },
        { Steered: SteeredRole.Standby, EffectivePriority: GroupRules.StandbyPriority } => true,
        _ => false,
    };

    /// <summary>
    /// Steered by a down file and with a higher base than the holder: without its file it would take the VIP at once, with it it is elected as
    /// soon as the holder has one, too. So it is ready as it is and never told to be standby.
    /// </summary>
    public bool KeepsFile(MemberView m) =>
        m.Reading is { Steering: SteeringKind.DownFile } mine && Holder is { Reading: { } holder } && m.Node != Holder.Node && mine.Base > holder.Base;


    /// <summary>Track files here and a down file there: their priorities have nothing to do with each other, so neither can stand by for the other.</summary>
    public bool SteeredOtherwise(MemberView m) => Holder?.Reading is { } holder && m.Reading is { } mine && mine.Steering != holder.Steering;

    /// <summary>Why a node could not be armed or take over now; null when it could.</summary>
    public string? NotUsable(MemberView m)
    {
        if (m.Event is null) return "it has never reported";
        if (m.Reading is null) return "it says nothing of this group";
        if (!m.Fresh(Now)) return $"it has not reported for {m.Age(Now).TotalSeconds:0.0} s";
        if (m.Ambiguous(Now)) return "two agent processes speak for it";
        var r = m.Reading;
        if (!r.KeepalivedAlive) return "its keepalived is gone";
        if (r.Fenced) return "it is fenced";
        if (r.Role != VrrpRole.Backup) return $"its keepalived is {r.Role.ToString().ToUpperInvariant()}";
        if (r.Health != Health.Good) return $"its health is {Words.Of(r.Health)}{Words.Failing(m)}";
        if (SteeredOtherwise(m)) return "it is steered otherwise than the holder";
        if (m.Event.TiltMs > 0) return "its agent was away and is tilted";
        return r.Fault is { } fault ? $"its steering fails: {fault}" : null;
    }

    /// <summary>Why the standby may not be named to the holder although it is ready; null when it may.</summary>
    public string? WithholdStandby =>
        Tilted ? "this replica stood still"
        : !State.External.IsEmpty ? "a check fails everywhere"
        : Brakes.Level(State, Now) > 1 ? $"hold-down for another {Brakes.Left(State, Now).TotalSeconds:0} s"
        : null;
}
