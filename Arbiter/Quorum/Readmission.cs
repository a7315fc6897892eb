using System.Collections.Immutable;
using System.Globalization;

namespace Arbiter.Quorum;

/// <summary>What a step of a re-admission wants done.</summary>
internal abstract record ReadmissionStep
{
    private ReadmissionStep() { }

    public sealed record Send(Envelope Envelope) : ReadmissionStep;

    /// <summary>The server is probed: its new incarnation should go with a change as soon as possible.</summary>
    public sealed record Ready : ReadmissionStep;

    /// <summary>The server refused a ballot below this one: the next change must be prepared anew above it.</summary>
    public sealed record Raise(Ballot Above) : ReadmissionStep;

    public sealed record Say(bool Warning, string Text) : ReadmissionStep;
}

/// <summary>
/// How a leader takes back servers that do not vote (restarted, emptied, rolled back) while a majority of others does, one server at a time
/// or several at once:
/// <code>
///   RETIRE (only a voter that the register does not know) -> PROBE for its ticket -> PROBE with a new incarnation
///   -> a change that writes it, committed by the others -> SEED with that very value
/// </code>
/// What the server promised or accepted before the probe no longer counts, because every quorum of the change shares a server with every
/// quorum that its forgotten votes were part of. An incarnation is made for one PROBE and never sent again, and the ticket, which the server makes
/// anew whenever it lost its memory, refuses questions of an earlier life. After any answer but the expected one, or none, the server
/// is left for a moment and begun anew. Message in, messages out; no clock, no I/O.
/// </summary>
internal sealed class Readmission(ulong proposer, LeaseSettings settings)
{
    private enum Stage { Retiring, Asking, Probing, Probed, Writing, Seeding }

    /// <param name="Before">The incarnation that the register had when the probe was sent.</param>
    private sealed record Case(Stage Stage, Request? Sent, TimeSpan Deadline, string Before, string Incarnation);

    private readonly SortedDictionary<string, Case> _cases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _notBefore = [];
    private readonly HashSet<string> _told = [];
    private readonly List<ReadmissionStep> _steps = [];
    private long _minted;

    internal Deviations Deviations { get; init; } = Deviations.None;

    /// <summary>What is being done with a server, for people; null when nothing.</summary>
    public string? Describe(string server) => !_cases.TryGetValue(server, out var one) ? null : one.Stage switch
    {
        Stage.Retiring => "is being taken back: its vote of an earlier life is withdrawn",
        Stage.Asking or Stage.Probing => "is being taken back: it is asked",
        Stage.Probed or Stage.Writing => "is being taken back: its new incarnation is recorded",
        _ => "is being taken back: it gets the register",
    };

    /// <summary>A probed server waits for the next change.</summary>
    public bool Waits => _cases.Values.Any(c => c.Stage == Stage.Probed);

    public TimeSpan NextDeadline => _cases.Count == 0 ? TimeSpan.MaxValue : _cases.Values.Where(c => c.Sent is not null).Select(c => c.Deadline).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    /// <summary>Leading ended: whatever was under way is somebody else's now. Late answers find nothing.</summary>
    public void Clear()
    {
        _cases.Clear();
        _told.Clear();
    }

    /// <summary>
    /// Looks at any server's answer while leading. Nothing happens for a server that votes as the register says, that is silent, or that was
    /// begun a moment ago.
    /// </summary>
    /// <param name="known">The newest committed value, and its ballot: the leader's own.</param>
    /// <param name="regressed">It votes, and forgot what it had confirmed.</param>
    public IReadOnlyList<ReadmissionStep> Hear(string server, Request request, Reply reply, bool regressed, RegisterValue known, Ballot ballot, TimeSpan now)
    {
        _steps.Clear();
        // trusted with what it kept, by another replica: writing its new incarnation would only take its vote away again
        if (settings.TrustAof && request is Request.Read && reply.Answer is Answer.Ok && reply.Incarnation == known.Cfg.GetValueOrDefault(server)
            && _cases.GetValueOrDefault(server)?.Stage is Stage.Probed)
            _cases.Remove(server);
        if (_cases.TryGetValue(server, out var one) && one.Sent is not null && ReferenceEquals(one.Sent, request)) Continue(server, one, reply, known, ballot, now);
        else if (one is null && now >= _notBefore.GetValueOrDefault(server) && request is Request.Read or Request.Prepare or Request.Accept) Consider(server, reply, regressed, known, ballot, now);
        return _steps;
    }

    private void Consider(string server, Reply reply, bool regressed, RegisterValue known, Ballot ballot, TimeSpan now)
    {
        switch (reply.Answer)
        {
            case Answer.Virgin or Answer.Restarted:
                if (_told.Add(server)) _steps.Add(new ReadmissionStep.Say(false, $"{server} {(reply.Answer == Answer.Virgin ? "is empty" : "was restarted")}: it is taken back"));
                Ask(server, now);
                break;
            // it votes, but no quorum counts it: nothing else would ever bring it back
            case Answer.Ok or Answer.Inc or Answer.Nack when !Deviations.NoRetire && reply.Incarnation.Length > 0 && (regressed || reply.Incarnation != known.Cfg.GetValueOrDefault(server)):
                if (!regressed && _told.Add(server)) _steps.Add(new ReadmissionStep.Say(true, $"{server} votes with an incarnation that the register does not know: it is taken back"));
                _told.Add(server);
                Send(server, Stage.Retiring, new Request.Retire(reply.Incarnation, ballot), now);
                break;
        }
    }

    private void Continue(string server, Case one, Reply reply, RegisterValue known, Ballot ballot, TimeSpan now)
    {
        switch (one.Stage, reply.Answer)
        {
            case (Stage.Retiring, Answer.Ok or Answer.Restarted or Answer.Virgin):
                Ask(server, now);
                break;
            case (Stage.Asking, Answer.Ok):
                var incarnation = $"{proposer.ToString("x16", CultureInfo.InvariantCulture)}-{(Deviations.IncarnationSentAgain ? 1 : ++_minted).ToString(CultureInfo.InvariantCulture)}";
                Send(server, Stage.Probing, new Request.Probe(incarnation, ballot, reply.Ticket), now, known.Cfg.GetValueOrDefault(server, ""), incarnation);
                break;
            case (Stage.Probing, Answer.Ok):
                _cases[server] = one with { Stage = Stage.Probed, Sent = null };
                _steps.Add(new ReadmissionStep.Ready());
                break;
            case (Stage.Probing, Answer.Nack):
                Leave(server, now);
                if (!Deviations.NoRaise) _steps.Add(new ReadmissionStep.Raise(reply.Promised));
                break;
            case (Stage.Seeding, Answer.Ok):
            // or a late SEED arrived after all, or somebody else was faster
            case (_, Answer.Voting):
                _cases.Remove(server);
                if ((reply.Answer == Answer.Ok || reply.Incarnation == known.Cfg.GetValueOrDefault(server)) && _told.Remove(server))
                    _steps.Add(new ReadmissionStep.Say(false, $"{server} votes again"));
                break;
            default:
                Leave(server, now);
                break;
        }
    }

    private void Ask(string server, TimeSpan now) => Send(server, Stage.Asking, new Request.Probe("", Ballot.None, ""), now);

    private void Send(string server, Stage stage, Request request, TimeSpan now, string before = "", string incarnation = "")
    {
        _cases[server] = new Case(stage, request, now + settings.RpcTimeout, before, incarnation);
        _steps.Add(new ReadmissionStep.Send(new Envelope(server, request)));
    }

    private void Leave(string server, TimeSpan now)
    {
        _cases.Remove(server);
        _notBefore[server] = now + settings.BackoffLeast;
    }

    /// <summary>What was not answered in time is begun anew at the server's next answer, with a new incarnation.</summary>
    public void Expire(TimeSpan now)
    {
        if (_cases.Count == 0) return;
        foreach (var (server, one) in _cases.ToArray())
            if (one.Sent is not null && now >= one.Deadline) Leave(server, now);
    }

    /// <summary>The probed servers, to be written with the change that begins now.</summary>
    public ImmutableSortedDictionary<string, (string Before, string Incarnation)> Take()
    {
        var taken = ImmutableSortedDictionary.CreateBuilder<string, (string, string)>(StringComparer.Ordinal);
        foreach (var (server, one) in _cases.ToArray())
        {
            if (one.Stage != Stage.Probed) continue;
            _cases[server] = one with { Stage = Stage.Writing };
            taken[server] = (one.Before, one.Incarnation);
        }
        return taken.ToImmutable();
    }

    /// <summary>Writes what <see cref="Take"/> gave, each only where the register still says what it said when the probe was sent.</summary>
    public static RegisterValue Write(RegisterValue value, ImmutableSortedDictionary<string, (string Before, string Incarnation)> taken, bool whatever = false)
    {
        foreach (var (server, (before, incarnation)) in taken)
            if (whatever || value.Cfg.GetValueOrDefault(server, "") == before) value = value with { Cfg = value.Cfg.SetItem(server, incarnation) };
        return taken.IsEmpty ? value : Assigning.Fit(value);
    }

    /// <summary>The change ended. Committed: the servers get that very value; otherwise their incarnation may or may not stand, and is not used again.</summary>
    /// <param name="value">Null when it was not committed.</param>
    public IReadOnlyList<ReadmissionStep> Written(RegisterValue? value, Ballot ballot, TimeSpan now)
    {
        _steps.Clear();
        var json = "";
        foreach (var (server, one) in _cases.ToArray())
        {
            if (one.Stage != Stage.Writing) continue;
            if (value is null || value.Cfg.GetValueOrDefault(server) != one.Incarnation)
            {
                Leave(server, now);
                continue;
            }
            if (json.Length == 0) json = value.ToJson();
            Send(server, Stage.Seeding, new Request.Seed(one.Incarnation, ballot, json), now, one.Before, one.Incarnation);
        }
        return _steps;
    }
}
