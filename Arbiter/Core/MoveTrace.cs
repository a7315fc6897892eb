using System.Collections.Immutable;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Follows one decision from the wish to its end by the inputs of its group. Changes nothing; gives up after 10 s, because what came
/// later is another story.
/// </summary>
internal sealed record MoveTrace
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public required Proposal Proposal { get; init; }
    public required TimeSpan At { get; init; }
    public NodeId? From { get; init; }
    /// <summary>0 until the register recorded it.</summary>
    public long Epoch { get; init; }
    public TimeSpan? RecordedAt { get; init; }
    public (TimeSpan At, string What)? FirstSign { get; init; }
    public TimeSpan? LeftAt { get; init; }
    public TimeSpan? MasterAt { get; init; }
    public ImmutableSortedDictionary<string, ObeyedSaid> Obeyed { get; init; } = ImmutableSortedDictionary.Create<string, ObeyedSaid>(StringComparer.Ordinal);
    public ImmutableSortedDictionary<string, ServedSaid> Served { get; init; } = ImmutableSortedDictionary.Create<string, ServedSaid>(StringComparer.Ordinal);

    /// <param name="state">After the step that made the wish.</param>
    public static MoveTrace Start(GroupState state, Proposal proposal, TimeSpan at) =>
        new MoveTrace { Proposal = proposal, At = at, From = state.Assignment?.Holder }.Look(state, at);

    /// <param name="state">After the step that took the input.</param>
    public MoveTrace Take(GroupState state, Input input)
    {
        var next = Look(state, input.At);
        return input is Input.OrderAnswered { Result: var r } && next.Epoch > 0 && r.Epoch == next.Epoch && state.Find(r.Node)?.Event?.Process == r.Process
            ? next with { Obeyed = next.Obeyed.SetItem(r.Node.Value, new ObeyedSaid(r.Node.Value, Words.Code(r.Role), Words.Code(r.Outcome), r.Reason, Ms(input.At))) }
            : next;
    }

    /// <summary>Why there is nothing more to wait for; null = there is.</summary>
    public string? End(GroupState state, TimeSpan now)
    {
        if (!state.Leading) return "leadershipLost";
        if (Epoch > 0 && state.Assignment?.Epoch != Epoch) return "superseded";
        if (Epoch == 0 && state.InFlight?.Proposal != Proposal) return "refused";
        if (Complete(state, now)) return "complete";
        return now - At >= Deadline ? "deadline" : null;
    }

    public MoveOutcome Tell(string end, TimeSpan now) => new()
    {
        End = end,
        AtMs = Ms(now),
        RecordedMs = Ms(RecordedAt),
        FirstSignMs = Ms(FirstSign?.At),
        FirstSign = FirstSign?.What,
        LeftMasterMs = Ms(LeftAt),
        MasterMs = Ms(MasterAt),
        RecoveryMs = MasterAt - FirstSign?.At is { } took && took >= TimeSpan.Zero ? (long)took.TotalMilliseconds : null,
        Obeyed = [.. Obeyed.Values],
        Served = [.. Served.Values],
    };

    private MoveTrace Look(GroupState state, TimeSpan now)
    {
        var next = this;
        if (Epoch == 0 && state.Assignment is { } a && a.Epoch > Proposal.ExpectedEpoch && a.Holder == Proposal.Holder)
            next = next with { Epoch = a.Epoch, RecordedAt = now };
        var (old, chosen) = (state.Find(From), state.Find(Proposal.Holder));
        if (next.LeftAt is null && old is not null && old.Node != Proposal.Holder && old.Role(now) is not (VrrpRole.Master or VrrpRole.Unknown))
            next = next with { LeftAt = old.RoleAt };
        if (next.FirstSign is null && old is not null && old.Node != Proposal.Holder && Sign(old, state, now, EventIds.Kind(Proposal.Reason) == "soft") is { } sign)
            next = next with { FirstSign = sign };
        if (next.MasterAt is null && chosen?.IsMaster(now) == true) next = next with { MasterAt = chosen.RoleAt };
        foreach (var m in state.Members) next = next.Look(m);
        return next;
    }

    private MoveTrace Look(MemberView m)
    {
        var next = this;
        var (name, r) = (m.Node.Value, m.Reading);
        if (r is null) return next;
        if (Epoch > 0 && r.Epoch == Epoch && r is { Ordered: { } role, Pending: false } && !Obeyed.ContainsKey(name))
            next = next with { Obeyed = Obeyed.Add(name, new ObeyedSaid(name, Words.Code(role), "accepted", "", Ms(m.HeardAt))) };
        if (m.Node != Proposal.Holder && MasterAt is { } since && r.Service is { State: ProbeState.Up } s && m.HeardAt >= since && !Served.ContainsKey(name))
        {
            var back = m.HeardAt - TimeSpan.FromMilliseconds(s.SinceMs);
            long? failedUntil = FirstSign is { } sign && back >= sign.At ? Ms(back) : null;
            next = next with { Served = Served.Add(name, new ServedSaid(name, Ms(m.HeardAt), failedUntil, s.LatencyMs)) };
        }
        return next;
    }

    private bool Complete(GroupState state, TimeSpan now)
    {
        if (Epoch == 0 || MasterAt is null) return false;
        if (state.Find(From) is { } old && old.Node != Proposal.Holder && LeftAt is null && old.Fresh(now)) return false;
        var silent = state.Members.Any(m => m.Fresh(now) && state.Ordered.ContainsKey(m.Node)
            && Obeyed.GetValueOrDefault(m.Node.Value) is not { Outcome: not "pending" });
        return !silent && (state.Rules.Policy.Service is null || !Served.IsEmpty);
    }

    /// <summary>The first thing that went wrong on the old holder: a check of the kind that moved it, leaving MASTER, or the last word before its silence.</summary>
    private static (TimeSpan At, string What)? Sign(MemberView old, GroupState state, TimeSpan now, bool soft)
    {
        if (old.Event is null) return null;
        var first = old.Event.Probes
            .Where(p => p.State == ProbeState.Down && p.Misses > 0 && (p.Class == ProbeClass.Hard || soft && !state.External.ContainsKey(p.Name)))
            .OrderByDescending(p => p.FirstMissMs).FirstOrDefault();
        if (first is not null) return (old.HeardAt - TimeSpan.FromMilliseconds(first.FirstMissMs), $"{first.Name} of {old.Node}: {first.Reason}");
        if (!old.Fresh(now)) return (old.HeardAt, $"the last word of {old.Node}");
        return old.IsMaster(now) ? null : (old.RoleAt, $"{old.Node} not MASTER");
    }

    private long Ms(TimeSpan at) => (long)Math.Round((at - At).TotalMilliseconds);

    private long? Ms(TimeSpan? at) => at is { } t ? Ms(t) : null;
}
