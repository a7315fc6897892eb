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

    public static (RegisterValue Value, ImmutableArray<Verdict> Verdicts) Apply(RegisterValue current, IReadOnlyList<TimedProposal> proposals)
    {
        var (value, verdicts) = ApplyAll(current, proposals, checkEach: false);
        if (proposals.Count == 0 || Fits(ref value)) return (value, verdicts);
        (value, verdicts) = ApplyAll(current, proposals, checkEach: true);
        return (value, verdicts);
    }

    private static (RegisterValue, ImmutableArray<Verdict>) ApplyAll(RegisterValue value, IReadOnlyList<TimedProposal> proposals, bool checkEach)
    {
        var verdicts = ImmutableArray.CreateBuilder<Verdict>(proposals.Count);
        foreach (var proposal in proposals)
        {
            var (next, verdict) = ApplyOne(value, proposal);
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

    private static (RegisterValue, Verdict) ApplyOne(RegisterValue value, TimedProposal timed)
    {
        var (proposal, utc) = (timed.Proposal, timed.Utc);
        var key = proposal.Group.Value;
        value.Groups.TryGetValue(key, out var standing);
        if ((standing?.Epoch ?? 0) != proposal.ExpectedEpoch)
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
        var entry = new GroupEntry(epoch, proposal.Holder.Value, standing?.Holder, reason, utc, moves);
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

    /// <summary>
    /// The outbox after the wishes of one change. One that would burst the register is left out: it is wished again, and an alert
    /// must never cost a renewal.
    /// </summary>
    public static RegisterValue ApplyWishes(RegisterValue value, IReadOnlyList<TimedWish> wishes)
    {
        foreach (var (wish, utc) in wishes)
        {
            var box = value.Outbox ?? Outbox.Empty;
            var next = wish.Apply(box, new OutboxContext(ClusterName.Parse(value.Cluster), value.Gen, group => value.Groups.TryGetValue(group, out var e) ? e.Epoch : 0, utc));
            if (ReferenceEquals(next, box)) continue;
            var changed = value with { Outbox = next };
            if (Fits(ref changed)) value = changed;
        }
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
