using Arbiter.Quorum;

namespace Simulation.Scope;

/// <summary>Messages that can do nothing any more are no part of a state.</summary>
internal sealed partial class World
{
    private const int Losses = (15 << Restarts) | (15 << Wipes) | (15 << Flushes) | (15 << Tails);

    /// <summary>
    /// When no server will lose its memory any more, a server that votes and that the register knows goes on so, its promise only rises and
    /// its incarnation stays: what it refuses now it refuses for ever. Such a question is dropped, unless somebody waits for the refusal, which is
    /// an answer too. (Lost with it: a refusal that comes after its question was given up; it could only raise a ballot.)
    /// </summary>
    private void Sweep()
    {
        if ((_state[_budgetAt] & Losses) != 0) return;
        for (var i = _messages.Count - 1; i >= 0; i--)
            if (IsDead(Messages[_messages[i]])) _messages.RemoveAt(i);
    }

    private bool IsDead(Message message)
    {
        if (message.Held || message.Answer is not null) return false;
        var (process, server) = (Process(message.From), Server(message.Server).Look);
        if (server.Answer != Answer.Ok || process.Role == "Restoring") return false;
        if (Ledgers[_state[_ledgerAt]].Standing?.Cfg.GetValueOrDefault(Renaming.Letters[message.Server].ToString()) != server.Incarnation) return false;
        return message.Request switch
        {
            Request.Prepare p => p.Ballot != process.Round && p.Ballot <= server.Promised,
            Request.Accept a => a.Ballot != process.Round && (a.Ballot < server.Promised || a.Ballot == server.Accepted || a.Incarnation != server.Incarnation),
            Request.Retire r => r.StaleIncarnation != server.Incarnation,
            _ => true,
        };
    }
}
