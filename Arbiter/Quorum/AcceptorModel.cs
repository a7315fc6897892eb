using System.Globalization;

namespace Arbiter.Quorum;

/// <summary>
/// The Lua statements in C#: the same state, the same answers (a test runs both side by side). Serves the demo, the tests and
/// the simulator. Not safe for concurrent use.
/// </summary>
internal sealed class AcceptorModel(string name)
{
    private sealed record Register(string Run, string Inc, Ballot Promised, Ballot Accepted, string Value)
    {
        /// <summary>No statement leaves a ballot out; somebody who writes into Redis may. A value that is missing is found by whoever looks at values.</summary>
        public bool IsWhole => !Promised.IsNone && !Accepted.IsNone;
    }

    private sealed record Probing(string Run, string Ticket, string? Inc, Ballot Ballot);

    private const string Retired = "retired";

    private Register? _register;
    private Probing? _probing;
    private int _life = 1;
    private string _run = "";
    private int _runOf;
    private int _tickets;

    /// <summary>The append-only file is on.</summary>
    public bool Aof { get; set; }

    public string Run => _runOf == _life ? _run : NameRun();

    private string NameRun()
    {
        (_run, _runOf) = ($"{name}-run{_life}", _life);
        return _run;
    }

    private bool Votes => _register is not null && _register.Run == Run;

    /// <summary>A restart with the data as it was: the state is of an earlier life.</summary>
    public void Restart() => _life++;

    /// <summary>FLUSHALL: the same life, no state.</summary>
    public void Flush() => (_register, _probing) = (null, null);

    /// <summary>The register's key is deleted or evicted; the probe stays.</summary>
    public void Forget() => _register = null;

    /// <summary>Somebody deletes a field of the register by hand: p, a or v.</summary>
    public void Forget(char field)
    {
        if (_register is { } r) _register = field switch { 'p' => r with { Promised = Ballot.None }, 'a' => r with { Accepted = Ballot.None }, _ => r with { Value = "" } };
    }

    /// <summary>A snapshot of the running machine; calling what is returned restores it: the same life, an older memory.</summary>
    public Action Snapshot()
    {
        var (register, probing, life) = (_register, _probing, _life);
        return () => (_register, _probing, _life) = (register, probing, life);
    }

    public Reply Ask(Request request) => Votes && !_register!.IsWhole ? Reply.NoAnswer(ValueSeal.BadValue, ValueSeal.BadValue) : request switch
    {
        Request.Read read => Read(read),
        Request.Prepare prepare => Prepare(prepare),
        Request.Accept accept => Accept(accept),
        Request.Probe probe => Probe(probe),
        Request.Seed seed => Seed(seed),
        Request.Retire retire => Retire(retire),
        Request.Adopt adopt => Adopt(adopt),
        _ => throw new InvalidOperationException($"{request.GetType().Name} is no question to an acceptor"),
    };

    private Reply NoVote() => new(_register is null ? Answer.Virgin : Answer.Restarted) { RunId = Run };

    private static Reply BadBallot => Reply.NoAnswer("BADBALLOT", "BADBALLOT");

    private Reply Read(Request.Read read) => _register is not { } r
        ? new Reply(Answer.Virgin) { RunId = Run }
        : new Reply(Votes ? Answer.Ok : Answer.Restarted)
        {
            RunId = Run, Incarnation = r.Inc, Promised = r.Promised, Accepted = r.Accepted, Value = read.Known == r.Accepted ? "" : r.Value,
        };

    private Reply Prepare(Request.Prepare prepare)
    {
        if (prepare.Ballot.IsNone) return BadBallot;
        if (!Votes) return NoVote();
        var r = _register!;
        if (prepare.Ballot <= r.Promised) return new Reply(Answer.Nack) { Incarnation = r.Inc, Promised = r.Promised };
        _register = r with { Promised = prepare.Ballot };
        return new Reply(Answer.Ok) { Incarnation = r.Inc, Accepted = r.Accepted, Value = r.Value };
    }

    private Reply Accept(Request.Accept accept)
    {
        if (accept.Ballot.IsNone || accept.Next.IsNone || accept.Next < accept.Ballot) return BadBallot;
        if (!Votes) return NoVote();
        var r = _register!;
        if (accept.Incarnation != r.Inc) return new Reply(Answer.Inc) { Incarnation = r.Inc };
        if (accept.Ballot == r.Accepted) return new Reply(Answer.Ok) { Incarnation = r.Inc };
        if (accept.Ballot < r.Promised || accept.Ballot < r.Accepted)
            return new Reply(Answer.Nack) { Incarnation = r.Inc, Promised = r.Accepted > r.Promised ? r.Accepted : r.Promised };
        _register = r with { Promised = accept.Next, Accepted = accept.Ballot, Value = accept.Value };
        return new Reply(Answer.Ok) { Incarnation = r.Inc };
    }

    private Reply Probe(Request.Probe probe)
    {
        if (Votes) return new Reply(Answer.Voting) { Incarnation = _register!.Inc };
        if (_probing?.Run != Run)
            _probing = new Probing(Run, $"{Run}:{(++_tickets).ToString(CultureInfo.InvariantCulture)}", null, Ballot.None);
        if (probe.NewIncarnation.Length > 0)
        {
            if (probe.Ballot.IsNone) return BadBallot;
            if (probe.Ticket != _probing.Ticket) return new Reply(Answer.Ticket) { RunId = Run, Ticket = _probing.Ticket };
            if (probe.Ballot < _probing.Ballot) return new Reply(Answer.Nack) { Promised = _probing.Ballot };
            _probing = _probing with { Inc = probe.NewIncarnation, Ballot = probe.Ballot };
        }
        return new Reply(Answer.Ok)
        {
            RunId = Run, Ticket = _probing.Ticket, Promised = _register?.Promised ?? Ballot.None,
            Accepted = _register?.Accepted ?? Ballot.None, Value = _register?.Value ?? "",
        };
    }

    private Reply Seed(Request.Seed seed)
    {
        if (Votes) return new Reply(Answer.Voting) { Incarnation = _register!.Inc };
        if (_probing?.Run != Run || _probing.Inc != seed.NewIncarnation || _probing.Ballot > seed.Ballot) return new Reply(Answer.NoProbe) { RunId = Run };
        if (seed.Ballot.IsNone) return BadBallot;
        _register = new Register(Run, seed.NewIncarnation, seed.Ballot, seed.Ballot, seed.Value);
        _probing = null;
        return new Reply(Answer.Ok) { RunId = Run };
    }

    private Reply Retire(Request.Retire retire)
    {
        if (retire.Ballot.IsNone) return BadBallot;
        if (!Votes) return NoVote();
        var r = _register!;
        if (r.Inc != retire.StaleIncarnation || r.Accepted > retire.Ballot) return new Reply(Answer.Nack) { Incarnation = r.Inc, Promised = r.Accepted };
        _probing = null;
        _register = r with { Run = Retired };
        return new Reply(Answer.Ok) { Incarnation = r.Inc };
    }

    private Reply Adopt(Request.Adopt adopt)
    {
        if (adopt.Accepted.IsNone) return BadBallot;
        if (Votes) return new Reply(Answer.Voting) { Incarnation = _register!.Inc };
        if (_register is not { } r) return NoVote();
        if (r.Run == Retired || r.Inc != adopt.Incarnation || r.Accepted != adopt.Accepted || !r.IsWhole) return new Reply(Answer.Nack) { Incarnation = r.Inc, Promised = r.Accepted };
        if (!Aof) return new Reply(Answer.NoAof) { RunId = Run };
        _probing = null;
        _register = r with { Run = Run };
        return new Reply(Answer.Ok) { Incarnation = r.Inc };
    }
}
