using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>
/// The lease of the arbiter, as a state machine: it follows, takes over after the wait, leads while it renews, and gives back.
/// Time and answers enter, questions and events leave; no clock, no I/O, randomness from the seed.
/// <code>
///              wait over, or nobody leads             majority accepted
///   Following ------------------------> Campaigning -------------------> Leading
///       ^                                    | declined, lost               | lease - guard, other value seen, stop
///       '------------------------------------'------------------------------'
///              all answer, a majority lost its memory for longer than any lease
///   Following ------------------------------------------------------------------> Restoring -> Leading, or Following again
/// </code>
/// The holder counts its lease from before it sent; a candidate counts its longer wait from after it read. The pauses, delays and
/// clocks of servers do not enter. What identifies a renewal is its ballot, not (term, seq): two values of the same term and
/// sequence may differ.
/// </summary>
internal sealed partial class LeaderLease
{
    private enum Role { Following, Campaigning, Restoring, Leading, Releasing, Stopped }

    private sealed record Running(TimeSpan Started, TimeSpan Deadline, ImmutableArray<TimedProposal> Batch, ImmutableArray<TimedWish> Wishes);

    private readonly LeaseSettings _settings;
    private readonly string _me;
    private readonly Random _random;
    private readonly ImmutableArray<string> _servers;
    private readonly QuorumPicture _picture;
    private readonly Readmission _readmission;
    private readonly ReplyCheck _check;
    private readonly RestartTrust _trust;
    private readonly List<LeaseEffect> _effects = [];
    private readonly Deviations _deviations;
    private readonly ValueReader _reader;

    private Proposer _proposer;
    private Role _role = Role.Following;
    private Running? _change;
    private TimeSpan _now;
    private TimeSpan _nextRead;
    private TimeSpan _lastRead = TimeSpan.MinValue;

    private Ballot _seenBallot;
    private RegisterValue? _seen;
    private TimeSpan _seenAt;
    /// <summary>The newest value that is certain: committed by us, or seen at a majority.</summary>
    private RegisterValue? _known;
    private TimeSpan _notBefore;
    private string _trouble = "";
    /// <summary>A change of ours ended unknown: the next value that is certain is told even when it looks the same.</summary>
    private bool _owesObserved;

    /// <param name="reader">Shared by the replicas of a simulated run; null for one of its own.</param>
    public LeaderLease(LeaseSettings settings, ImmutableArray<string> servers, string me, ulong proposerId, Random random, Deviations? deviations = null, ValueReader? reader = null)
    {
        (_settings, _servers, _me, _random, _deviations, _reader) = (settings, servers, me, random, deviations ?? Deviations.None, reader ?? new ValueReader());
        _proposer = new Proposer(proposerId, servers) { Deviations = _deviations, Reader = _reader };
        _picture = new QuorumPicture(servers);
        _readmission = new Readmission(proposerId, settings) { Deviations = _deviations };
        _check = new ReplyCheck(servers);
        _trust = new RestartTrust(servers);
    }

    /// <summary>Speaking is allowed before this time; <see cref="TimeSpan.MinValue"/> when not leading.</summary>
    public TimeSpan SpeakUntil => _role != Role.Leading ? TimeSpan.MinValue
        : _deviations.NoStepDown ? TimeSpan.MaxValue : _deviations.NoGuard ? _leaseUntil : _leaseUntil - _settings.Guard;

    internal (Ballot Ballot, Ballot Follows)? Sending => _proposer.Sending;

    public bool Stopped => _role == Role.Stopped;

    /// <summary>When the next input is due at the latest, so that deadlines are met.</summary>
    public TimeSpan NextWake
    {
        get
        {
            var next = _nextRead;
            if (_role == Role.Leading) next = Least(Least(next, SpeakUntil), _readmission.NextDeadline);
            if (_change is { } change) return Most(Least(next, change.Deadline), _now + TimeSpan.FromMilliseconds(1));
            switch (_role)
            {
                case Role.Leading: next = Least(next, _nextRenew); break;
                case Role.Releasing: next = Least(next, _notBefore); break;
                case Role.Restoring: next = Least(next, _restorationDeadline); break;
                case Role.Following when _restoreAt is { } restore: next = Least(next, Most(restore, _notBefore)); break;
                // without a voting majority only an answer can change anything
                case Role.Following when _seen is not null && _picture.MajorityVotes:
                    next = Least(next, Most(_notBefore, OwnOrNone ? _now : _seenAt + _settings.WaitOver(_seen.LeaseMs)));
                    break;
            }
            return Most(next, _now + TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>Takes one input and returns what to do, in order. The list is reused: read it before the next call.</summary>
    public IReadOnlyList<LeaseEffect> Advance(LeaseInput input)
    {
        _effects.Clear();
        if (_role == Role.Stopped) return _effects;
        _now = Most(_now, input.At);
        _floor = Math.Max(_floor, input.Floor);
        // Before anything else: an input that waited in the inbox must not find a lease that has run out.
        CheckLease();
        switch (input)
        {
            case LeaseInput.Replied replied when _servers.Contains(replied.Server): OnReply(replied); break;
            case LeaseInput.Proposed proposed: OnProposed(new TimedProposal(proposed.Proposal, proposed.Utc)); break;
            case LeaseInput.Wished wished: OnWished(new TimedWish(wished.Wish, wished.Utc)); break;
            case LeaseInput.Stop: OnStop(); break;
        }
        OnTime();
        return _effects;
    }

    private void OnReply(LeaseInput.Replied replied)
    {
        var (server, request) = (replied.Server, replied.Request);
        var before = _check.IsRegressed(server);
        var reply = _check.Check(server, request, replied.Reply);
        var regressed = _check.IsRegressed(server);
        if (regressed && !before) Say(true, $"{server} forgot what it confirmed, without having been restarted (a snapshot of its machine?): it counts no more until it is taken back");
        _picture.Note(server, request, reply, _now);
        NoteTicket(server, request, reply);
        if (_settings.TrustAof) NoteTrust(server, request, reply);
        if (request is Request.Read) OnRead(reply);
        else if (_restoration is { } restoration) TakeRestoration(restoration.Receive(server, request, reply));
        else if (request is Request.Prepare or Request.Accept) Take(_proposer.Receive(server, request, reply));
        // without a majority of others nobody can be taken back
        if (_role == Role.Leading && _picture.MajorityVotes) Readmit(_readmission.Hear(server, request, regressed ? replied.Reply : reply, regressed, _known!, _seenBallot, _now));
    }

    /// <summary>A leader reads just before each renewal: what a server forgot shows before the renewal covers it.</summary>
    private bool LooksFirst => _role is Role.Leading && _change is null && _now >= _nextRenew && _now - _settings.Renew / 2 >= _lastRead;

    private void OnTime()
    {
        if (_role == Role.Stopped) return;
        if (_change is { } late && _now >= late.Deadline) Take(_proposer.Expire());
        CheckLease();
        if (_role == Role.Stopped) return;
        _readmission.Expire(_now);
        if (_restoration is { } silent && _now >= _restorationDeadline) TakeRestoration(silent.Expire());
        if (_now >= _nextRead || LooksFirst)
        {
            _lastRead = _now;
            foreach (var server in _servers)
            {
                var read = new Request.Read(_seenBallot);
                _check.Asked(server, read);
                _effects.Add(new LeaseEffect.Send(new Envelope(server, read)));
            }
            AskTickets();
            if (_settings.TrustAof) AskTrusted();
            _nextRead = _now + (_role == Role.Leading ? _settings.Renew : Between(_settings.ReadLeast, _settings.ReadMost));
        }
        if (_change is not null) return;
        MayRestore();
        switch (_role)
        {
            case Role.Following when MayCampaign: BeginCampaign(); break;
            case Role.Leading when _now >= _nextRenew: BeginRenewal(); break;
            case Role.Releasing when _now >= _notBefore: BeginRelease(); break;
        }
    }

    private void Begin(Change change, bool fast, ImmutableArray<TimedProposal> batch, ImmutableArray<TimedWish> wishes = default)
    {
        _change = new Running(_now, _now + _settings.RpcTimeout, batch, wishes.IsDefault ? [] : wishes);      // counted from before anything is sent
        Take(_proposer.Begin(change, fast));
    }

    private void Take(ProposerStep step)
    {
        _proposer = step.Next;
        foreach (var envelope in step.Sends) _effects.Add(new LeaseEffect.Send(envelope));
        // Each of the two phases has the whole operation deadline.
        if (step.Sends.Length > 0 && _change is { } sent) _change = sent with { Deadline = _now + _settings.RpcTimeout };
        if (step.Result is not { } result || _change is not { } change) return;
        _change = null;
        _trouble = result.Outcome is Outcome.Lost or Outcome.Unknown ? result.Reason : "";
        switch (_role)
        {
            case Role.Campaigning: CampaignEnded(change, result); break;
            case Role.Leading: RenewalEnded(change, result); break;
            case Role.Releasing: ReleaseEnded(result); break;
        }
    }

    private void Tell(RegisterEvent what) => _effects.Add(new LeaseEffect.Tell(what));

    private void Say(bool warning, string text) => _effects.Add(new LeaseEffect.Say(warning, text));

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + (most - least) * _random.NextDouble();

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    public RegisterStatus Status()
    {
        var state = _role == Role.Leading ? RegisterState.Leading
            : _picture.MajorityVotes ? _seen is null ? RegisterState.Starting : RegisterState.Following
            : _picture.AllVirgin && _seen is null ? RegisterState.NotSeeded
            : _picture.AllHeard ? RegisterState.QuorumLost : RegisterState.Starting;
        var seen = state is RegisterState.NotSeeded ? null : _seen;
        return new RegisterStatus
        {
            State = state,
            Reason = Reason(state),
            Leader = seen?.Leader,
            Generation = seen?.Gen ?? 0,
            Term = seen?.Term ?? 0,
            Seq = seen?.Seq ?? 0,
            LeaseLeft = _role == Role.Leading ? _leaseUntil - _now : null,
            Acceptors = [.. _picture.Acceptors.Select(a => (_readmission.Describe(a.Address) ?? _trust.Describe(a.Address)) is { } what ? a with { Detail = what } : a)],
            Assignments = seen is null || _known is null ? ImmutableSortedDictionary<GroupName, Assignment>.Empty : AssignmentsOf(_known),
            Outbox = _known?.Outbox ?? Outbox.Empty,
        };
    }

    private string Reason(RegisterState state) => state switch
    {
        _ when _role == Role.Stopped => "stopped",
        RegisterState.Leading when _trouble.Length > 0 => $"leads term {_term}, the last renewal had no majority: {_trouble}",
        RegisterState.Leading => $"leads term {_term}",
        RegisterState.Following when _seen?.Leader is { } leader && leader != _me => $"follows {leader}, term {_seen.Term}",
        RegisterState.Following when _trouble.Length > 0 => $"nobody leads; the last try to take over failed: {_trouble}",
        RegisterState.Following => "nobody leads, about to take over",
        RegisterState.NotSeeded => "not seeded: every server answers and holds no register; run 'arbiter quorum seed' once",
        RegisterState.QuorumLost => $"fewer than {Majority.Of(_servers.Length)} of {_servers.Length} servers vote: {_picture.Sentence()}{AboutDisaster()}",
        _ => "nothing read yet",
    };

    private RegisterValue? _mappedFrom;
    private ImmutableSortedDictionary<GroupName, Assignment> _mapped = ImmutableSortedDictionary<GroupName, Assignment>.Empty;

    /// <summary>Mapped once per change of the groups: renewals keep the same dictionary.</summary>
    private ImmutableSortedDictionary<GroupName, Assignment> AssignmentsOf(RegisterValue value)
    {
        if (_mappedFrom is not null && ReferenceEquals(_mappedFrom.Groups, value.Groups)) return _mapped;
        _mapped = value.Assignments();
        _mappedFrom = value;
        return _mapped;
    }
}
