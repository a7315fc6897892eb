namespace Arbiter.Quorum;

/// <summary>Following and taking over.</summary>
internal sealed partial class LeaderLease
{
    /// <summary>A lease of this very process that it does not hold (any more) protects nobody: names are unique per start.</summary>
    private bool OwnOrNone => _seen?.Leader is null || _seen.Leader == _me;

    private bool MayCampaign => _seen is not null && _now >= _notBefore && _picture.MajorityVotes
        && (OwnOrNone || _now - _seenAt > _settings.WaitOver(_seen.LeaseMs));

    private void OnRead(Reply reply)
    {
        if (reply.Answer != Answer.Ok) return;
        TakeRead(reply);
        if (_role is not Role.Leading) KnowIfMajority();
    }

    private void TakeRead(Reply reply)
    {
        _proposer = _proposer.Learn(reply.Promised).Learn(reply.Accepted);
        // The highest ballot ever seen: reads that alternate between servers must not start the wait anew.
        if (reply.Accepted <= _seenBallot) return;
        if (!_reader.TryRead(reply.Value, out var value, out var why))
        {
            if (_trouble != why) Say(true, why);
            _trouble = why;
            return;
        }
        if (_role is Role.Leading)
        {
            if (reply.Accepted.Proposer == _proposer.Id) return;          // the own change, still on its way
            if (value.Gen > _generation)
            {
                StepDown($"the register was seeded anew: generation {value.Gen}");
                See(value, reply.Accepted);
                return;
            }
            _nextRenew = _now;                                            // someone else's: the renewal tells whether it stands
            return;
        }
        See(value, reply.Accepted);
    }

    /// <summary>A value with a higher ballot than any before: the wait over its leader starts now, after the reply.</summary>
    private void See(RegisterValue value, Ballot ballot)
    {
        if (ballot <= _seenBallot) return;
        // Compared by content: after an unknown outcome the same revision may have been handed out for another move.
        if (_known is not null && SameGroups(_known, value)) value = value with { Groups = _known.Groups };
        var same = _deviations.CompareTermAndSeq && _seen is { } was && was.Gen == value.Gen && was.Term == value.Term && was.Seq == value.Seq;
        (_seen, _seenBallot, _seenAt) = (value, ballot, same ? _seenAt : _now);
        _picture.Know(value.Cfg);
        _trouble = "";
    }

    /// <summary>A value that a majority was seen to hold stands; one that only a minority holds may still vanish and is told to nobody.</summary>
    private void KnowIfMajority()
    {
        if (_seen is null || ReferenceEquals(_seen, _known) || _picture.Holding(_seenBallot) < (_deviations.MinorityIsKnown ? 1 : Majority.Of(_servers.Length))) return;
        var changed = _owesObserved || _known is null || _known.Gen != _seen.Gen || _known.Term != _seen.Term || !ReferenceEquals(_known.Groups, _seen.Groups);
        (_known, _knownBallot) = (_seen, _seenBallot);
        _owesObserved = false;
        if (changed) Tell(new RegisterEvent.Observed(_known.Gen, _known.Term, AssignmentsOf(_known)));
    }

    private static bool SameGroups(RegisterValue a, RegisterValue b) => ReferenceEquals(a.Groups, b.Groups) || a.Groups.Count == b.Groups.Count && a.Groups.All(g =>
        b.Groups.TryGetValue(g.Key, out var other) && g.Value.SaysTheSame(other));

    private void BeginCampaign()
    {
        var seen = _seenBallot;
        _role = Role.Campaigning;
        Begin((current, ballot) => ballot <= seen
            ? Taken(current)
            : null, fast: false, []);
    }

    /// <summary>The value with this process as its new leader.</summary>
    private RegisterValue Taken(RegisterValue current) => Assigning.Fit(current with          // a leader's name is longer than none, and who wrote it may have had more room
    {
        Leader = _me, Term = current.Term + 1, Seq = current.Seq + 1, Rev = current.Rev + 1, LeaseMs = (long)_settings.Lease.TotalMilliseconds,
    });

    private void CampaignEnded(Running change, ChangeResult result)
    {
        _role = Role.Following;
        var until = LeaseFrom(change.Started);
        if (result.Outcome == Outcome.Acknowledged && _now < until - _settings.Guard)
        {
            Lead(result.New!, result.Ballot, until);
            return;
        }
        // Declined, lost or unknown. Only a newer ballot starts the wait anew: an older leader's renewal would have been one.
        if (result.Outcome is not (Outcome.Unknown or Outcome.Acknowledged) && result.Current is { } current) See(current, result.CurrentBallot);
        _notBefore = _now + Between(_settings.BackoffLeast, _settings.BackoffMost);
    }
}
