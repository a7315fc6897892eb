using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>A proposal with the time people will read beside it.</summary>
internal sealed record TimedProposal(Proposal Proposal, DateTimeOffset Utc);

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

        var epoch = value.Rev + 1;
        var reason = proposal.Reason.Length <= MaxReason ? proposal.Reason : proposal.Reason[..MaxReason];
        var move = new MoveEntry(epoch, standing?.Holder, proposal.Holder.Value, reason, utc);
        ImmutableArray<MoveEntry> moves = [.. (standing?.Moves ?? []).TakeLast(GroupEntry.MaxMoves - 1), move];
        var entry = new GroupEntry(epoch, proposal.Holder.Value, standing?.Holder, reason, utc, moves);
        return (value with { Rev = epoch, Groups = value.Groups.SetItem(key, entry) },
            new Verdict(proposal, true, entry.ToAssignment(proposal.Group), reason));
    }

    /// <summary>A failover is worth more than history: old moves go before a change is refused.</summary>
    private static bool Fits(ref RegisterValue value)
    {
        if (value.CountBytes() <= RegisterValue.MaxBytes) return true;
        foreach (var keep in new[] { 3, 1, 0 })
        {
            var groups = value.Groups.ToImmutableSortedDictionary(g => g.Key, g => g.Value with { Moves = [.. g.Value.Moves.TakeLast(keep)] });
            var trimmed = value with { Groups = groups };
            if (trimmed.CountBytes() > RegisterValue.MaxBytes) continue;
            value = trimmed;
            return true;
        }
        return false;
    }
}
