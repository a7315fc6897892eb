using System.Collections.Immutable;
using Arbiter.Core;

namespace Arbiter.Quorum;

/// <summary>Leading: renewals, assignments, stepping down, giving back.</summary>
internal sealed partial class LeaderLease
{
    /// <summary>Proposals waiting for the next change; more are refused at once.</summary>
    public const int MaxPending = 1024;
    private const int ReleaseTries = 3;

    private readonly List<TimedProposal> _pending = [];
    /// <summary>Forgotten when leading ends: who wished wishes again at the next leader.</summary>
    private readonly List<TimedWish> _wishes = [];
    /// <summary>A planted defect: what is tried again is written over whatever stands.</summary>
    private bool _blind;
    private readonly HashSet<string> _failedWishes = [];
    /// <summary>On the proposals of the renewal under way, as they went into the value that was sent.</summary>
    private ImmutableArray<Verdict> _verdicts = [];
    private TimeSpan _leaseUntil;
    private TimeSpan _nextRenew;
    private long _term;
    private long _generation;
    private int _releases;
    /// <summary>The next change must have a ballot above one that was met, so the promise taken along with the last is no use.</summary>
    private bool _prepareAnew;

    private TimeSpan LeaseFrom(TimeSpan started) => (_deviations.LeaseFromReply ? _now : started) + _settings.Lease;

    private void Lead(RegisterValue value, Ballot ballot, TimeSpan until)
    {
        (_role, _trouble) = (Role.Leading, "");                       // what went wrong before is over: a proposal need not wait for the next renewal
        Committed(value, ballot);
        (_term, _generation, _leaseUntil) = (value.Term, value.Gen, until);
        _nextRenew = until - _settings.Lease + _settings.Renew;
        _owesObserved = false;
        Say(false, $"leads term {_term} of generation {_generation}");
        Tell(new RegisterEvent.Gained(_generation, _term, AssignmentsOf(value)));
    }

    private void OnProposed(TimedProposal proposed)
    {
        if (_role != Role.Leading) Refuse(proposed.Proposal, "this replica does not lead");
        else if (_pending.Count >= MaxPending) Refuse(proposed.Proposal, $"{MaxPending} proposals wait already");
        else
        {
            _pending.Add(proposed);
            SoonUnlessInTrouble();
        }
    }

    /// <summary>Too many, or not leading: dropped, because whoever wished looks whether it stands and wishes again.</summary>
    private void OnWished(TimedWish wished)
    {
        if (_role != Role.Leading || _wishes.Count >= MaxPending) return;
        _wishes.Add(wished);
        if (wished.Wish.Urgent) SoonUnlessInTrouble();
    }

    private void BeginRenewal()
    {
        ImmutableArray<TimedProposal> batch = [.. _pending];
        ImmutableArray<TimedWish> wishes = [.. _wishes];
        _pending.Clear();
        _wishes.Clear();
        var back = _readmission.Take();
        var anyEpoch = _deviations.EpochUnchecked || _blind;
        _blind = false;
        Begin((current, _) =>
        {
            if (!IsMine(current)) return null;
            (var next, _verdicts) = Assigning.Apply(Readmission.Write(current with { Seq = current.Seq + 1 }, back, _deviations.NoCfgBeforeProbe), batch, anyEpoch);
            return Assigning.ApplyWishes(next, wishes, WishFailed);
        }, fast: !_prepareAnew, batch, wishes);
        _prepareAnew = false;
    }

    /// <summary>Once for each kind: who wished it goes on wishing.</summary>
    private void WishFailed(OutboxWish wish, Exception e)
    {
        if (_failedWishes.Add(wish.GetType().Name))
            Say(true, $"a wish of kind {wish.GetType().Name} failed and is left out ({e.GetType().Name}: {e.Message}); report this as a defect");
    }

    private bool IsMine(RegisterValue value) => value.Leader == _me && value.Term == _term && value.Gen == _generation;

    private void RenewalEnded(Running change, ChangeResult result)
    {
        Readmit(_readmission.Written(result.Outcome == Outcome.Acknowledged || _deviations.SeedBeforeCommit ? result.New : null, result.Ballot, _now));
        var newer = result.Current is { } current && !IsMine(current) && result.CurrentBallot > _seenBallot;
        switch (result.Outcome)
        {
            case Outcome.Acknowledged:
                var value = result.New!;
                Committed(value, result.Ballot);
                _leaseUntil = LeaseFrom(change.Started);
                _nextRenew = _pending.Count > 0 || _readmission.Waits || _prepareAnew || _wishes.Any(w => w.Wish.Urgent) ? _now : change.Started + _settings.Renew;
                foreach (var verdict in _verdicts)
                    Tell(new RegisterEvent.Settled(verdict.Proposal, verdict.Granted ? ProposalOutcome.Committed : ProposalOutcome.Refused, verdict.Current, verdict.Reason));
                if (_owesObserved) Tell(new RegisterEvent.Observed(_generation, _term, AssignmentsOf(value)));
                _owesObserved = false;
                break;
            case Outcome.Unknown:
                // what the rule refused was not sent, so it is refused whatever became of the rest; what it was refused for may be of this very change,
                // or of one before that only a minority has, so it is not told as standing
                var verdicts = _verdicts;
                foreach (var refused in verdicts.Where(v => !v.Granted))
                    Tell(new RegisterEvent.Settled(refused.Proposal, ProposalOutcome.Refused, _deviations.RefusedWithUncertain ? refused.Current : Standing(refused.Proposal),
                        $"{refused.Reason} (not confirmed: {result.Reason})"));
                _owesObserved |= change.Batch.Length > 0;
                ImmutableArray<TimedProposal> granted = [.. change.Batch.Where((_, i) => verdicts[i].Granted)];
                _blind = _deviations.RetriedBlindly && granted.Length > 0;
                if (_deviations.RetriedBlindly) _pending.InsertRange(0, granted);
                else NotKnown(change with { Batch = granted }, result.Reason);
                Retry();
                break;
            default:                                              // declined or lost: nothing of the batch was sent
                _pending.InsertRange(0, change.Batch);
                _wishes.InsertRange(0, change.Wishes);
                if (newer || result.Outcome == Outcome.Declined)
                {
                    StepDown(result.Current is { } other ? $"{other.Leader ?? "nobody"} has term {other.Term} of generation {other.Gen}" : result.Reason);
                    if (result.Current is { } seen) See(seen, result.CurrentBallot);
                }
                else
                {
                    Retry();
                }
                break;
        }
    }

    /// <summary>The own change was acknowledged.</summary>
    private void Committed(RegisterValue value, Ballot ballot)
    {
        (_seen, _known, _seenBallot, _knownBallot, _seenAt) = (value, value, ballot, ballot, _now);
        _picture.Know(value.Cfg);
    }

    private void Readmit(IReadOnlyList<ReadmissionStep> steps)
    {
        foreach (var step in steps)
        {
            switch (step)
            {
                case ReadmissionStep.Send send: _effects.Add(new LeaseEffect.Send(send.Envelope)); break;
                case ReadmissionStep.Say say: Say(say.Warning, say.Text); break;
                case ReadmissionStep.Ready: SoonUnlessInTrouble(); break;
                case ReadmissionStep.Raise raise:
                    (_proposer, _prepareAnew) = (_proposer.Learn(raise.Above), true);
                    SoonUnlessInTrouble();
                    break;
            }
        }
    }

    /// <summary>No reason to wait for the renewal; after a failed try its retry takes everything along.</summary>
    private void SoonUnlessInTrouble()
    {
        if (_trouble.Length == 0) _nextRenew = _now;
    }

    private void Retry() => _nextRenew = _now + Between(_settings.RetryLeast, _settings.RetryMost);

    private void CheckLease()
    {
        if (_role == Role.Leading && _now >= SpeakUntil)
            StepDown($"the lease could not be renewed in time{(_trouble.Length > 0 ? ": " + _trouble : "")}");
    }

    private void StepDown(string reason)
    {
        _role = Role.Following;
        if (_change is { } change && _proposer.HasSent) NotKnown(change, reason);
        else if (_change is { } unsent) _pending.InsertRange(0, unsent.Batch);
        _proposer = _proposer.Abandon();
        _change = null;
        _readmission.Clear();
        foreach (var waiting in _pending) Refuse(waiting.Proposal, $"this replica stopped leading: {reason}");
        _pending.Clear();
        _wishes.Clear();
        _nextRead = _now;
        _notBefore = _now + Between(_settings.BackoffLeast, _settings.BackoffMost);
        Say(true, $"stopped leading term {_term}: {reason}");
        Tell(new RegisterEvent.Lost(reason));
    }

    private void NotKnown(Running change, string reason)
    {
        foreach (var sent in change.Batch)
            Tell(new RegisterEvent.Settled(sent.Proposal, _deviations.UnknownIsRefused ? ProposalOutcome.Refused : ProposalOutcome.Unknown, Standing(sent.Proposal), reason));
        _owesObserved |= change.Batch.Length > 0;
    }

    private void Refuse(Proposal proposal, string reason) =>
        Tell(new RegisterEvent.Settled(proposal, ProposalOutcome.Refused, Standing(proposal), reason));

    private Assignment? Standing(Proposal proposal) => _known is null ? null : AssignmentsOf(_known).GetValueOrDefault(proposal.Group);

    private void OnStop()
    {
        if (_role is Role.Releasing) return;
        var held = _role is Role.Leading or Role.Campaigning or Role.Restoring;     // what is under way may have been recorded
        // how far the receivers got goes with the lease: the next leader need not tell them again
        ImmutableArray<TimedWish> last = [.. _wishes];
        if (_role == Role.Leading) StepDown("stopping");
        _wishes.AddRange(last);
        _proposer = _proposer.Abandon();
        _change = null;
        _role = held ? Role.Releasing : Role.Stopped;
        _notBefore = _now;
    }

    private void BeginRelease()
    {
        _releases++;
        Begin((current, _) => current.Leader == _me ? Assigning.ApplyWishes(current with { Leader = null, Seq = current.Seq + 1 }, _wishes) : null, fast: true, []);
    }

    /// <summary>Without a majority it ends all the same: the next leader then waits for the lease to run out.</summary>
    private void ReleaseEnded(ChangeResult result)
    {
        if (result.Outcome is Outcome.Lost or Outcome.Unknown && _releases < ReleaseTries)
        {
            _notBefore = _now + Between(_settings.RetryLeast, _settings.RetryMost);
            return;
        }
        Say(false, result.Outcome == Outcome.Acknowledged ? "gave the lease back" : $"could not give the lease back: {result.Reason}");
        _role = Role.Stopped;
    }
}
