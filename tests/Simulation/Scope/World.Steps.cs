using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>What a move does.</summary>
internal sealed partial class World
{
    private int[] _scratch = [];

    /// <summary>Takes the move. False when an invariant does not hold any more; <see cref="Broken"/> says which.</summary>
    public bool Take(Move move)
    {
        Broken = null;
        if (move.Does != Does.Lose) _state[_lostAt] = 0;
        switch (move.Does)
        {
            case Does.Timer or Does.Wait:
                _state[_p + move.Who] -= 1 << (move.Does == Does.Timer ? Timers : Waits);
                Tick(move.Who, move);
                break;
            case Does.Arrive: Arrive(move); break;
            case Does.Return:
                Remove(move.Message);
                Hear(move.Message, Messages[move.Message].AnswerId);
                break;
            case Does.Lose:
                var loss = (Loss)move.Bits;
                Spend(loss switch { Loss.Restart => Restarts, Loss.Wipe => Wipes, Loss.Flush => Flushes, _ => Tails });
                var at = 2 * _p + move.Who;
                _state[at] = Servers.Lose(_state[at], Renaming.Letters[move.Who], loss);
                _state[_lostAt] |= 1 << move.Who;
                break;
            case Does.Stop:
                Spend(Stops);
                Give(move.Who, new Input(_state[move.Who], Asked.Stop, Lag(move.Who), Floor));
                break;
            case Does.Kill:
                _state[move.Who] = Processes.Ended(move.Who);
                _state[_p + move.Who] &= ~255;
                _state[_p + _spec.Heirs[move.Who]] &= ~Unborn;
                break;
            case Does.Second:
                _state[_secondsAt]--;
                for (var p = 0; p < _p; p++)
                    if (Lives(p)) _state[_p + p] += Math.Min(Passes(p, move), MostLag - (_state[_p + p] & 255));
                break;
        }
        if (Broken is null && _spec.Timed) JudgeLeases();
        if (Broken is null) Sweep();
        return Broken is null;
    }

    /// <summary>How far its clock moves in a second.</summary>
    private int Passes(int p, Move move) => !_spec.ClockError ? 1 : (move.Bits >> p & 1) != 0 ? 11 : 9;

    /// <summary>
    /// The newest step, from this state, left nothing but fewer messages or fewer tries: whatever can happen now could happen before it too, so it is
    /// no state of its own.
    /// </summary>
    public bool LeadsNowhere(int[] before, Move move)
    {
        if (move.Does is not (Does.Arrive or Does.Return) || _messages.Count > before.Length - _head) return false;
        for (var i = 0; i < _head; i++)
            if (_state[i] != before[i] && (i != _budgetAt || (_state[i] | (15 << Doubles)) != (before[i] | (15 << Doubles)))) return false;
        for (int i = 0, at = _head; i < _messages.Count; i++, at++)
        {
            while (at < before.Length && before[at] < _messages[i]) at++;
            if (at == before.Length || before[at] != _messages[i]) return false;
        }
        return true;
    }

    /// <summary>A timer, and the answers to the reads that it began: reads change nothing, so each is asked and heard at once, or not at all.</summary>
    private void Tick(int p, Move move)
    {
        var outcome = Give(p, Tick(p, Process(p), move.Does));
        if (outcome is null || outcome.Reads is not { } known) return;
        for (var s = 0; s < _n && Broken is null; s++)
        {
            if ((move.Bits >> s & 1) == 0) continue;
            var answer = Servers.Read(_state[2 * _p + s], known);
            if (Notes is not null) Note($"  {NameOf(p)}>{Renaming.Letters[s]} READ -> {Text.Of(Messages.Reply(answer))}");
            Give(p, new Input(_state[p], Asked.Reply, Lag(p), Floor, -1 - s, answer));
            foreach (var ticket in outcome.Tickets)
                if (Broken is null && Messages[ticket].Server == s && Still(ticket) is { } asked) Arrive(new Move(Does.Arrive, 0, Move.Heard, asked));
        }
    }

    /// <summary>A question on its way, as it is called by now.</summary>
    private int? Still(int message) => Has(message) ? message : Has(Messages.Late(message)) ? Messages.Late(message) : null;

    private void Arrive(Move move)
    {
        var message = Messages[move.Message];
        if ((move.Bits & Move.Again) == 0) Remove(move.Message);
        else Spend(Doubles);
        var at = 2 * _p + message.Server;
        var step = Servers.Ask(_state[at], move.Message);
        _state[at] = step.Next;
        if (Notes is not null)
            Note($"{NameOf(message.From)}>{Renaming.Letters[message.Server]} {Text.Of(message.Request, _canonical)} -> {Text.Of(step.Reply)}{((move.Bits & Move.Heard) != 0 ? "" : _spec.LateAnswers ? ", answer on its way" : ", answer lost")}{((move.Bits & Move.Again) != 0 ? ", and once more" : "")}");
        if (step.Broken is not null) Broken = step.Broken;
        if (Broken is null && step.Reply.Answer == Answer.Ok) Keep(Ledgers.Took(_state[_ledgerAt], move.Message, step.ReplyId), message);
        if (Broken is not null) return;
        if ((move.Bits & Move.Heard) != 0) Hear(move.Message, step.ReplyId);
        else if (_spec.LateAnswers) Add(Messages.Answered(move.Message, step.ReplyId));
    }

    private void Hear(int message, int reply)
    {
        var p = Messages[message].From;
        if (!Lives(p)) return;
        Give(p, new Input(_state[p], Asked.Reply, Lag(p), Floor, message, reply));
    }

    private void Keep((int Next, string? Broken) judged, Message? taken = null)
    {
        if (judged.Broken is not null)
        {
            Broken = judged.Broken;
            return;
        }
        var (before, after) = (Ledgers[_state[_ledgerAt]], Ledgers[judged.Next]);
        _state[_ledgerAt] = judged.Next;
        if (ReferenceEquals(before, after) || before.Standing is not { } was || after.Standing is not { } now || ReferenceEquals(was, now)) return;
        if (Notes is not null) Note($"  a majority has {Ledger.Name(now)}");
        if (was.Gen < now.Gen) JudgeLoss(before.StandingBallot, was, now);
        else if (taken is not null && !_spec.Trust) JudgeVotes(was, now);
    }

    /// <summary>R6: what was acknowledged goes on in the next generation as long as one server has it, voting or not.</summary>
    private void JudgeLoss(Ballot ballot, RegisterValue was, RegisterValue now)
    {
        for (var s = 0; s < _n; s++)
            if (Server(s).Look.Accepted == ballot && now.Rev <= was.Rev)
                Broken ??= $"R6: generation {now.Gen} began without {Ledger.Name(was)}, which was acknowledged and which {Renaming.Letters[s]} still has";
    }

    /// <summary>
    /// R4: a change takes no vote from a server that votes and that the register knew: whoever counted on it would count on nothing. Not where disks
    /// are trusted: there a server that is being taken back may come to vote again in between, with all that it promised; it gives its vote back.
    /// </summary>
    private void JudgeVotes(RegisterValue was, RegisterValue now)
    {
        for (var s = 0; s < _n; s++)
        {
            var name = Renaming.Letters[s].ToString();
            if (Server(s) is { Votes: true } entry && was.Cfg.GetValueOrDefault(name) == entry.Look.Incarnation && now.Cfg.GetValueOrDefault(name) != entry.Look.Incarnation)
                Broken ??= $"R4: {name} votes as the register knew it, and {Ledger.Name(now)} takes its vote away";
        }
    }

    private Effect? Give(int p, Input input)
    {
        var outcome = Processes.Run(input);
        _state[p] = outcome.Next;
        _state[_p + p] &= ~255;
        foreach (var message in outcome.Late) BecomesLate(message);
        foreach (var message in outcome.Sends) Add(message);
        foreach (var message in outcome.Tickets) Add(message);
        if (Notes is not null) foreach (var said in outcome.Says) Note($"  {NameOf(p)}: {said}");
        Keep(Ledgers.Did(_state[_ledgerAt], p, outcome));
        return Broken is null ? outcome : null;
    }

    private void BecomesLate(int question)
    {
        var held = Messages[question];
        if (_scratch.Length < _messages.Count) _scratch = new int[_messages.Count * 2];
        _messages.CopyTo(_scratch);
        for (int i = 0, count = _messages.Count; i < count; i++)
        {
            var message = Messages[_scratch[i]];
            if (!message.Held || message.From != held.From || message.Server != held.Server || message.Request != held.Request) continue;
            Remove(_scratch[i]);
            Add(Messages.Late(_scratch[i]));
        }
    }

    private bool Has(int message) => _messages.BinarySearch(message) >= 0;

    private void Add(int message)
    {
        var at = _messages.BinarySearch(message);
        if (at < 0) _messages.Insert(~at, message);
    }

    private void Remove(int message)
    {
        var at = _messages.BinarySearch(message);
        if (at >= 0) _messages.RemoveAt(at);
    }

    /// <summary>L1: while one may speak, no other one's lease runs, the whole of it.</summary>
    private void JudgeLeases()
    {
        for (var p = 0; p < _p; p++)
        {
            if (Process(p).Speaks is var speaks && (speaks == long.MinValue || speaks - Lag(p) <= 0)) continue;
            for (var q = 0; q < _p; q++)
                if (q != p && Process(q).Speaks is var its && its != long.MinValue && its + _spec.Settings.Guard.Ticks - Lag(q) > 0)
                    Broken = $"L1: {NameOf(p)} speaks while the lease of {NameOf(q)} runs for another {TimeSpan.FromTicks(its + _spec.Settings.Guard.Ticks - Lag(q)).TotalSeconds:0.0} s";
        }
    }
}
