using System.Collections.Immutable;
using System.Globalization;

namespace Arbiter.Quorum;

/// <summary>
/// A majority lost its memory: a new generation, begun by whichever replica is first, once every server answers and a majority has not voted
/// for longer than any lease may run. With a server missing nothing is begun, because it may hold what nobody else knows: then a
/// person decides (<c>arbiter quorum force-seed</c>). Servers that are all empty and that this process never saw otherwise are a first
/// installation, not a loss: they wait for <c>arbiter quorum seed</c>.
/// </summary>
internal sealed partial class LeaderLease
{
    private readonly Quarantine _quarantine = new();
    private readonly Dictionary<string, (Request Request, TimeSpan At)> _ticketAsked = [];
    private Ballot _knownBallot;
    /// <summary>The newest value of an earlier life that a server showed: it proves that there was a register, and how long its leases ran.</summary>
    private (Ballot Ballot, long LeaseMs)? _leftover;
    private long _floor;
    private Ballot _retireAbove;
    private long _minted;
    private Restoration? _restoration;
    private TimeSpan _restorationStarted;
    private TimeSpan _restorationDeadline;
    private TimeSpan? _restoreAt;
    private int _failedRestorations;

    private TimeSpan QuarantineTime => _settings.WaitOver(Math.Max(_seen?.LeaseMs ?? 0, _leftover?.LeaseMs ?? 0));

    /// <summary>Two rounds of reads ago at the longest.</summary>
    private bool AllAnswer => _deviations.RestoreWithoutAll || _picture.AllAnswerSince(_now - 2 * (_settings.ReadMost + _settings.RpcTimeout));

    private bool Disaster => _role is Role.Following && !_picture.MajorityVotes && (_seen is not null || _leftover is not null);

    /// <summary>At each round of reads: what is each non-voter's ticket? And a voter that does not count must become a non-voter first.</summary>
    private void AskTickets()
    {
        if (_role is Role.Restoring) return;
        // a leader that lost its majority already watches: its lease runs out while the time does
        if (_role is not (Role.Following or Role.Leading) || _picture.MajorityVotes)
        {
            _quarantine.Clear();
            _ticketAsked.Clear();
            _failedRestorations = 0;
            return;
        }
        foreach (var server in _servers)
        {
            if (_picture.IsOut(server)) AskTicket(server, new Request.Probe("", Ballot.None, ""));
            else if (_role is Role.Following && _picture.StaleIncarnation(server) is { } stale && AllAnswer && !(_deviations.RegressedIsLeft && _check.IsRegressed(server))) _effects.Add(new LeaseEffect.Send(new Envelope(server, new Request.Retire(stale, _check.IsRegressed(server) && _retireAbove > _seenBallot ? _retireAbove : _seenBallot))));
        }
    }

    private void AskTicket(string server, Request request)
    {
        _ticketAsked[server] = (request, _now);
        _effects.Add(new LeaseEffect.Send(new Envelope(server, request)));
    }

    private void NoteTicket(string server, Request request, Reply reply)
    {
        // silence is no sign of anything: the next ticket tells
        if (reply.Answer is not Answer.None && !_picture.IsOut(server)) _quarantine.Forget(server);
        // what a server that was set back has accepted shows in no read, because its reads are not believed: its refusal tells
        if (request is Request.Retire && reply.Answer == Answer.Nack && reply.Promised > _retireAbove) _retireAbove = reply.Promised;
        // an abandoned round left a higher ballot there, which nothing else shows: without learning it every later round would be refused
        if (request is Request.Probe && reply.Answer == Answer.Nack && !_deviations.NoRaise) _proposer = _proposer.Learn(reply.Promised);
        if (request is not Request.Probe || reply.Answer != Answer.Ok) return;
        _proposer = _proposer.Learn(reply.Promised);
        if (reply.Error.Length == 0) _proposer = _proposer.Learn(reply.Accepted);     // the number of a value that is not to be believed is not either
        if (!_ticketAsked.TryGetValue(server, out var asked) || !ReferenceEquals(asked.Request, request)) return;
        if (_role is not Role.Restoring) _quarantine.Note(server, reply.Ticket, asked.At, _now, _deviations.QuarantineWithoutTickets);
        if (!reply.Accepted.IsNone && !(reply.Accepted <= _leftover?.Ballot))
            _leftover = (reply.Accepted, _reader.TryRead(reply.Value, out var value, out _) ? Math.Max(value.LeaseMs, _leftover?.LeaseMs ?? 0) : _leftover?.LeaseMs ?? 0);
    }

    private void NoteTrust(string server, Request request, Reply reply)
    {
        if (request is Request.Read) _trust.Read(server, reply, _check.HasLost(server, reply));
        else if (request is Request.Adopt && _trust.Answered(server, reply)) Say(true, $"{server} was restarted and votes again with what its disk kept (quorum.restartTrust: aof-always)");
    }

    /// <summary>At each round of reads. A majority that votes takes the others back itself, which needs nobody's word.</summary>
    private void AskTrusted()
    {
        if (_role is not Role.Following || _picture.MajorityVotes) return;
        foreach (var envelope in _trust.Ask(_seen, _seenBallot, _picture.VotingIncarnation)) _effects.Add(new LeaseEffect.Send(envelope));
    }

    private void MayRestore()
    {
        if (!Disaster || !AllAnswer || _quarantine.Lasted(Majority.Of(_servers.Length)) <= (_deviations.NoQuarantine ? TimeSpan.Zero : QuarantineTime))
        {
            _restoreAt = null;
            return;
        }
        // all replicas come here at the same time: one shall be first
        _restoreAt ??= _now + Between(TimeSpan.Zero, _settings.BackoffMost);
        if (_now >= _restoreAt && _now >= _notBefore) BeginRestoration();
    }

    private void BeginRestoration()
    {
        var majority = Majority.Of(_servers.Length);
        // A generation comes from a clock and from what the nodes obeyed, never from "the highest seen + 1" alone: after a total loss nothing is seen.
        var generation = _deviations.GenerationPlusOne ? _proposer.HighestGeneration + 1 : Math.Max(_proposer.HighestGeneration + 1, _floor);
        ImmutableArray<string> nonVoters = [.. _servers.Where(s => _quarantine.TicketOf(s) is not null)];
        ImmutableArray<string> servers = _deviations.RestoreWithoutAll ? [.. _servers.Where(s => nonVoters.Contains(s) || _picture.Votes(s))] : _servers;
        if (generation >= Ballot.MaxPart || servers.Any(s => !nonVoters.Contains(s) && !_picture.Votes(s))) return;
        var quarantined = _quarantine.Tickets(majority);
        var plan = new RestorationPlan(
            Ballot.Of(generation, 1, _proposer.Id), servers, majority,
            nonVoters.ToImmutableSortedDictionary(s => s, s => _quarantine.TicketOf(s)!, StringComparer.Ordinal), _deviations.CountEverySeed ? [.. servers] : [.. quarantined.Keys],
            nonVoters.ToImmutableSortedDictionary(s => s, _ => $"{_proposer.Id.ToString("x16", CultureInfo.InvariantCulture)}-g{(++_minted).ToString(CultureInfo.InvariantCulture)}", StringComparer.Ordinal),
            _known ?? _seen, _known is null ? _seenBallot : _knownBallot, found => found is null ? null : Taken(found)) { Deviations = _deviations };
        _role = Role.Restoring;
        _restoreAt = null;
        _restorationStarted = _now;                                   // the lease counts from before anything is sent
        _proposer = _proposer.Learn(plan.Ballot).Learn(Ballot.Of(generation, 2, _proposer.Id));
        Say(true, $"a majority of the servers lost its memory ({_picture.Sentence()}): begins generation {generation}");
        TakeRestoration(Restoration.Begin(plan));
    }

    private void TakeRestoration(RestorationStep step)
    {
        _restoration = step.Next;
        foreach (var envelope in step.Sends) _effects.Add(new LeaseEffect.Send(envelope));
        if (step.Sends.Length > 0) _restorationDeadline = _now + _settings.RpcTimeout;
        if (step.Value is null && step.Ended is null) return;
        _restoration = null;
        _role = Role.Following;
        var until = LeaseFrom(_restorationStarted);
        if (step.Value is { } value && _now < until - _settings.Guard)
        {
            Lead(value, step.Next.Ballot, until);
            return;
        }
        _trouble = step.Ended ?? "the new generation stands, and its first lease ran out meanwhile";
        Say(true, $"generation {step.Next.Ballot.Generation} was not begun: {_trouble}");
        // what ended it may last: each try waits longer, up to half a minute
        _notBefore = _now + Between(_settings.BackoffLeast, _settings.BackoffMost) * (1 << Math.Min(_failedRestorations++, 5));
    }

    private static string Hold(ImmutableArray<string> servers) => $"{string.Join(", ", servers)} {(servers.Length == 1 ? "holds" : "hold")}";

    /// <summary>What is waited for, for people.</summary>
    private string AboutDisaster()
    {
        if (_role is Role.Restoring) return "; a new generation is begun";
        // no time cures what nobody may believe, and no new generation begins past it
        var (strange, spoilt) = (_picture.Named(ValueSeal.IsStrange), _picture.Named(ValueSeal.IsSpoilt));
        if (!strange.IsEmpty || !spoilt.IsEmpty)
            return (strange.IsEmpty ? "" : $"; what {Hold(strange)} is not of this arbiter's key, version or cluster name (told with each server): correct that, and delete nothing there")
                + (spoilt.IsEmpty ? "" : $"; what {Hold(spoilt)} must not be believed (told with each server): delete the two keys of the register there, which makes it an empty server")
                + (_picture.Away is { IsEmpty: false } away ? $"; {string.Join(", ", away)} gave no answer: with it a majority may vote again" : "");
        if (!Disaster) return "";
        if (AllAnswer && _failedRestorations > 0 && _trouble.Length > 0) return $"; a new generation could not begin, and is tried again: {_trouble}";
        if (!AllAnswer)
            return "; when all answer and do not vote, a new generation begins by itself; if a missing one is gone for good: arbiter quorum force-seed";
        var left = QuarantineTime - _quarantine.Lasted(Majority.Of(_servers.Length));
        return $"; a new generation begins in {Math.Max(0, left.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s";
    }
}
