using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>
/// One register server: the production twin of the Redis scripts, with the ways a server can die and come back. Rules that a server itself
/// keeps are switched off here, for the mutants.
/// </summary>
internal sealed class Server
{
    private const int Remembered = 16;

    private readonly AcceptorModel _model;
    private readonly Planted _planted;
    private readonly List<(Action Restore, int Life)> _snapshots = [];
    private Action? _seeded;
    private int _life = 1;
    private int _lives = 1;

    public Server(string name, int index, Planted planted)
    {
        (Name, Index, _planted) = (name, index, planted);
        _model = new AcceptorModel(name) { Aof = planted.Aof };
    }

    public string Name { get; }
    public int Index { get; }
    public bool Up { get; set; } = true;
    public TimeSpan StalledUntil { get; set; }
    /// <summary>Its memory is another since this rose: what it confirmed before no longer binds it.</summary>
    public int Forgot { get; private set; }
    public string Run => _model.Run;

    public Reply Look() => _model.Ask(new Request.Read(Ballot.None));

    public Reply Ask(Request request)
    {
        var reply = request switch
        {
            Request.Accept accept when _planted.NoBallotCheck => AcceptAnything(accept),
            Request.Probe probe when _planted.NoTickets => ProbeWithAnyTicket(probe),
            _ => _model.Ask(request),
        };
        if (request is Request.Prepare or Request.Accept or Request.Seed && reply.Answer == Answer.Ok) Remember();
        return reply;
    }

    private void Remember()
    {
        if (_snapshots.Count == Remembered) _snapshots.RemoveAt(0);
        var now = (_model.Snapshot(), _life);
        _snapshots.Add(now);
        _seeded ??= now.Item1;
    }

    /// <summary>The data as it was, of an earlier life.</summary>
    public void RestartIntact()
    {
        if (_planted.SilentRejoin) return;
        _model.Restart();
        _life = ++_lives;
    }

    public void RestartEmpty()
    {
        Forgot++;
        if (_planted.SilentRejoin)
        {
            _seeded?.Invoke();
            return;
        }
        _model.Restart();
        _life = ++_lives;
        _model.Flush();
    }

    /// <summary>The last writes are lost with the power.</summary>
    public void RestartTailLost(int writes)
    {
        Forgot++;
        if (_snapshots.Count > 0)
        {
            var kept = Math.Max(0, _snapshots.Count - 1 - writes);
            var (restore, life) = _snapshots[kept];
            restore();
            _life = life;
            Forget(kept + 1);
        }
        if (_planted.SilentRejoin) return;
        // a run id is never used again
        do _model.Restart(); while (++_life <= _lives);
        _lives = _life;
    }

    public void Flush()
    {
        Forgot++;
        if (_planted.SilentRejoin) _seeded?.Invoke();
        else _model.Flush();
    }

    /// <summary>The machine is set back while Redis runs: same life, older memory. False when nothing was lost by it.</summary>
    public bool Rollback(int writes)
    {
        var (restore, life) = _snapshots.Count > writes ? _snapshots[^(writes + 1)] : default;
        if (restore is null || life != _life) return false;
        Forgot++;
        restore();
        Forget(_snapshots.Count - writes);
        return true;
    }

    /// <summary>What is lost stays lost: a later loss cannot bring it back.</summary>
    private void Forget(int from) => _snapshots.RemoveRange(from, _snapshots.Count - from);

    private Reply AcceptAnything(Request.Accept accept)
    {
        var reply = _model.Ask(accept);
        if (reply.Answer != Answer.Nack) return reply;
        var highest = Ballot.Of(Ballot.MaxPart, Ballot.MaxPart, ulong.MaxValue);
        _model.Ask(new Request.Retire(accept.Incarnation, highest));
        var ticket = _model.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        _model.Ask(new Request.Probe(accept.Incarnation, accept.Ballot, ticket));
        _model.Ask(new Request.Seed(accept.Incarnation, accept.Ballot, accept.Value));
        return new Reply(Answer.Ok) { Incarnation = accept.Incarnation };
    }

    private Reply ProbeWithAnyTicket(Request.Probe probe)
    {
        var ticket = _model.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        var reply = _model.Ask(probe.NewIncarnation.Length == 0 ? probe : probe with { Ticket = ticket });
        return reply.Ticket.Length > 0 ? reply with { Ticket = "ticket" } : reply;
    }
}
