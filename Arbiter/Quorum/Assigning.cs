using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>A proposal with the time people will read beside it.</summary>
internal sealed record TimedProposal(Proposal Proposal, DateTimeOffset Utc);

/// <summary>A wish with the time people will read beside it.</summary>
internal sealed record TimedWish(OutboxWish Wish, DateTimeOffset Utc);

internal sealed record Verdict(Proposal Proposal, bool Granted, Assignment? Current, string Reason);

/// <summary>
/// The rule of an assignment: the group's epoch must be the one the proposer saw. The new epoch is handed out here, inside the
/// change, so it exists only if the change does. Proposals of one batch count in their order: the second for a group is refused.
/// </summary>
internal static class Assigning
{
    /// <summary>Longer reasons are cut: the register is small.</summary>
    public const int MaxReason = 200;

    /// <param name="anyEpoch">The rule is off (<see cref="Deviations"/>).</param>
    public static (RegisterValue Value, ImmutableArray<Verdict> Verdicts) Apply(RegisterValue current, IReadOnlyList<TimedProposal> proposals, bool anyEpoch = false)
    {
        var (value, verdicts) = ApplyAll(current, proposals, checkEach: false, anyEpoch);
        if (Fits(ref value) || proposals.Count == 0) return (value, verdicts);         // a renewal too: its number may have one digit more
        (value, verdicts) = ApplyAll(current, proposals, checkEach: true, anyEpoch);
        return (value, verdicts);
    }

    private static (RegisterValue, ImmutableArray<Verdict>) ApplyAll(RegisterValue value, IReadOnlyList<TimedProposal> proposals, bool checkEach, bool anyEpoch)
    {
        var verdicts = ImmutableArray.CreateBuilder<Verdict>(proposals.Count);
        foreach (var proposal in proposals)
        {
            var (next, verdict) = ApplyOne(value, proposal, anyEpoch);
            if (checkEach && verdict.Granted && !Fits(ref next))
            {
                var standing = value.Groups.TryGetValue(proposal.Proposal.Group.Value, out var entry) ? entry.ToAssignment(proposal.Proposal.Group) : null;
                verdict = new Verdict(proposal.Proposal, false, standing,
                    $"the register would pass {RegisterValue.MaxBytes} bytes; {value.Groups.Count} groups fit: use a second cluster name for the rest");
            }
            else
            {
                value = next;
            }
            verdicts.Add(verdict);
        }
        return (value, verdicts.MoveToImmutable());
    }

    private static (RegisterValue, Verdict) ApplyOne(RegisterValue value, TimedProposal timed, bool anyEpoch)
    {
        var (proposal, utc) = (timed.Proposal, timed.Utc);
        var key = proposal.Group.Value;
        value.Groups.TryGetValue(key, out var standing);
        if (!anyEpoch && (standing?.Epoch ?? 0) != proposal.ExpectedEpoch)
            return (value, new Verdict(proposal, false, standing?.ToAssignment(proposal.Group),
                $"epoch {standing?.Epoch ?? 0} stands, {proposal.ExpectedEpoch} was expected"));

        var box = value.Outbox ?? Outbox.Empty;
        if (proposal.Firing is { } firing)
        {
            if (firing.IsSpent(box))
                return (value, new Verdict(proposal, false, standing?.ToAssignment(proposal.Group), $"schedule {firing.Schedule} has fired for {firing.At:u} already"));
            box = firing.Spend(box);
        }
        var epoch = value.Rev + 1;
        var reason = proposal.Reason.Length <= MaxReason ? proposal.Reason : proposal.Reason[..MaxReason];
        var move = new MoveEntry(epoch, standing?.Holder, proposal.Holder.Value, reason, utc);
        ImmutableArray<MoveEntry> moves = [.. (standing?.Moves ?? []).TakeLast(GroupEntry.MaxMoves - 1), move];
        var entry = new GroupEntry(epoch, proposal.Holder.Value, standing?.Holder, reason, utc, moves) { Other = standing?.Other };
        box = box.Append(Told(value, key, entry, standing?.Holder), value.Gen);
        return (value with { Rev = epoch, Groups = value.Groups.SetItem(key, entry), Outbox = box },
            new Verdict(proposal, true, entry.ToAssignment(proposal.Group), reason));
    }

    /// <summary>Every recorded decision is told: the event is part of the very change that makes it.</summary>
    private static RecordedEvent Told(RegisterValue value, string group, GroupEntry entry, string? from)
    {
        var kind = EventIds.Kind(entry.Reason);
        return new RecordedEvent
        {
            Number = 0, Generation = 0,
            Id = EventIds.Decision(value.Cluster, group, value.Gen, entry.Epoch, entry.Reason),
            Type = EventTypes.DecisionMade,
            Severity = kind is "failover" or "hard" ? Severities.Critical : kind is "initial" or "scheduled" ? Severities.Info : Severities.Warning,
            Group = group, Epoch = entry.Epoch, From = from, To = entry.Holder, Reason = entry.Reason, Utc = entry.Since,
        };
    }

    /// <summary>Looks at the size of the whole register that one change may cost: each takes a fraction of a millisecond to a few, and the renewal waits.</summary>
    private const int MaxLooks = 64;

    /// <summary>
    /// The outbox after the wishes of one change. Those that would burst the register, or that fail, are left out: they are wished again,
    /// and an alert must never cost a renewal. All are tried together and only halves that do not fit are looked at closer, because hundreds
    /// come at once when a leader begins.
    /// </summary>
    /// <param name="failed">Hears of a wish that threw: a defect.</param>
    public static RegisterValue ApplyWishes(RegisterValue value, IReadOnlyList<TimedWish> wishes, Action<OutboxWish, Exception>? failed = null)
    {
        var looks = MaxLooks;
        return ApplyMost(value, [.. wishes], failed, ref looks);
    }

    private static RegisterValue ApplyMost(RegisterValue value, ReadOnlySpan<TimedWish> wishes, Action<OutboxWish, Exception>? failed, ref int looks)
    {
        if (wishes.IsEmpty) return value;
        var next = value.Outbox ?? Outbox.Empty;
        foreach (var wish in wishes) next = ApplyWish(value, next, wish, failed);
        if (ReferenceEquals(next, value.Outbox ?? Outbox.Empty)) return value;
        if (looks-- <= 0) return value;
        var changed = value with { Outbox = next };
        if (OutboxShape.Refusal(next) is null && Fits(ref changed)) return changed;
        if (wishes.Length == 1) return value;
        var half = wishes.Length / 2;
        value = ApplyMost(value, wishes[..half], failed, ref looks);
        return ApplyMost(value, wishes[half..], failed, ref looks);
    }

    private static Outbox ApplyWish(RegisterValue value, Outbox box, TimedWish timed, Action<OutboxWish, Exception>? failed)
    {
        try
        {
            return timed.Wish.Apply(box, new OutboxContext(ClusterName.Parse(value.Cluster), value.Gen, group => value.Groups.TryGetValue(group, out var e) ? e.Epoch : 0, timed.Utc));
        }
#pragma warning disable CA1031 // a defect in a wish must not end the lease
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            failed?.Invoke(timed.Wish, e);
            return box;
        }
    }

    /// <summary>With old events and moves left out where it would be too large otherwise; incarnations and leases go before history.</summary>
    public static RegisterValue Fit(RegisterValue value)
    {
        Fits(ref value);
        return value;
    }

    /// <summary>A failover is worth more than history: old events and moves go before a change is refused; the history has them.</summary>
    private static bool Fits(ref RegisterValue value)
    {
        if (value.CountBytes() <= RegisterValue.MaxBytes) return true;
        foreach (var (moves, events) in new[] { (3, 32), (1, 16), (0, 8), (0, 0) })
        {
            var box = value.Outbox ?? Outbox.Empty;
            var trimmed = value with
            {
                Groups = value.Groups.ToImmutableSortedDictionary(g => g.Key, g => g.Value with { Moves = [.. g.Value.Moves.TakeLast(moves)] }),
                Outbox = box with { Events = [.. box.Events.TakeLast(events)] },
            };
            if (trimmed.CountBytes() > RegisterValue.MaxBytes) continue;
            value = trimmed;
            return true;
        }
        return false;
    }
}
