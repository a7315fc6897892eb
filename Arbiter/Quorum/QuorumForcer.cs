using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>
/// <c>arbiter quorum force-seed</c>: a new generation with the servers that are there, on a person's word that the missing ones are gone for
/// good. It is the same round as the arbiters' own (<see cref="Restoration"/>), with the same waiting; servers that still vote give
/// their vote back first, so that all of them sit it out. Refuses whenever there is a better way: a majority votes, all answer, a server is
/// alive and only in trouble, too few are left to be a majority, or nothing is left to go on with. Nobody leads the new generation until an arbiter takes it.
/// </summary>
internal sealed class QuorumForcer(IReadOnlyList<IAcceptor> acceptors, ClusterName cluster, LeaseSettings settings, ulong proposerId,
    Func<string> newIncarnation, TimeProvider time, string who)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly int _majority = Majority.Of(acceptors.Count);

    public async Task<SeedResult> Force(Action<string> progress, CancellationToken stopping)
    {
        var seen = await LookUntilSure(stopping);
        if (Refusal(seen) is { } refusal) return Refused(refusal);
        ImmutableArray<IAcceptor> present = [.. acceptors.Where(a => seen[a.Address].Answer != Answer.None)];
        ImmutableArray<IAcceptor> missing = [.. acceptors.Except(present)];
        if (await Alive(missing, stopping) is { } alive) return Refused(alive);
        progress($"missing: {string.Join(", ", missing.Select(m => m.Address))}. Should one of them be alive after all, what it holds of the generation before is given up, "
            + "and an arbiter that reaches only it may go on believing in that generation");

        var highest = Highest(seen.Values);
        foreach (var voter in present.Where(a => seen[a.Address].Answer == Answer.Ok))
        {
            progress($"{voter.Address} votes: it gives its vote back");
            var retired = await voter.Ask(new Request.Retire(seen[voter.Address].Incarnation, highest), stopping);
            if (retired.Answer is not (Answer.Ok or Answer.Restarted or Answer.Virgin)) return Refused($"{voter.Address} changed meanwhile ({QuorumSeeder.Describe(retired)}): run it again");
        }

        var tickets = await Tickets(present, stopping);
        var lease = Math.Max((long)settings.Lease.TotalMilliseconds, seen.Values.Select(LeaseOf).Max());
        var wait = settings.WaitOver(lease);
        progress($"waiting {wait.TotalSeconds:0.0} s, longer than any lease that may still run");
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) is var elapsed && elapsed < wait)
        {
            if (tickets.FirstOrDefault(t => t.Value.Length == 0) is { Key: { } silent }) return Refused($"{silent} answers no more, or votes again: run it again");
            await Task.Delay(wait - elapsed < Look ? wait - elapsed : Look, time, stopping);
            foreach (var (address, ticket) in await Tickets(present, stopping))
                if (ticket != tickets[address]) return Refused($"{address} changed during the wait: run it again");
            foreach (var (address, reply) in await AskAll(missing, _ => new Request.Read(Ballot.None), stopping))
                if (!IsGone(reply)) return Refused($"{address} is not gone: it {QuorumSeeder.Describe(reply)}. Let it come back; the arbiters go on by themselves");
        }
        if (await Alive(missing, stopping) is { } back) return Refused(back);
        return await Begin(present, missing, tickets, highest, progress, stopping);
    }

    private async Task<SeedResult> Begin(ImmutableArray<IAcceptor> present, ImmutableArray<IAcceptor> missing,
        ImmutableSortedDictionary<string, string> tickets, Ballot highest, Action<string> progress, CancellationToken stopping)
    {
        var generation = Math.Max(highest.Generation + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        var step = Restoration.Begin(new RestorationPlan(
            Ballot.Of(generation, 1, proposerId), [.. present.Select(p => p.Address)], _majority, tickets, [.. tickets.Keys],
            tickets.ToImmutableSortedDictionary(t => t.Key, _ => newIncarnation(), StringComparer.Ordinal), null, Ballot.None,
            found => found is null ? null : Recorded(found, generation, missing)));
        while (step is { Ended: null, Value: null })
        {
            if (step.Sends.IsEmpty) return Refused("no answer in time: run it again");
            var sends = step.Sends.ToDictionary(s => s.Server, s => s.Request);
            var replies = await AskAll([.. present.Where(p => sends.ContainsKey(p.Address))], a => sends[a.Address], stopping);
            foreach (var (address, reply) in replies)
            {
                if (step.Ended is not null) break;
                var (value, next) = (step.Value, step.Next.Receive(address, sends[address], reply));
                step = value is null ? next : step;
            }
        }
        if (step.Value is null) return Refused($"{step.Ended}{(step.Next.HasGiven ? ". Some servers may have taken the new generation: look with 'arbiter quorum', then run it again" : ": run it again")}");
        progress($"{present.Length} servers took generation {generation}; an arbiter leads it within a second. Put an empty server in place of each missing one: the leader takes it in by itself");
        return new SeedResult(true, generation, $"generation {generation} begun by {who} without {string.Join(", ", missing.Select(m => m.Address))}");
    }

    /// <summary>Nobody leads; who did it is told to everyone who is told that the quorum was lost.</summary>
    private RegisterValue Recorded(RegisterValue found, long generation, ImmutableArray<IAcceptor> missing) => found with
    {
        Leader = null, Term = found.Term + 1, Seq = found.Seq + 1, Rev = found.Rev + 1,
        Outbox = (found.Outbox ?? Outbox.Empty).Append(new RecordedEvent
        {
            Number = 0, Generation = generation, Epoch = 0, Id = EventIds.Forced(cluster, generation), Type = EventTypes.DiagnosisCleared, Severity = Severities.Warning,
            To = "QuorumLost", Reason = $"forced: {who} began generation {generation} without {string.Join(", ", missing.Select(m => m.Address))}", Utc = time.GetUtcNow(),
        }, generation),
    };

    private string? Refusal(Dictionary<string, Reply> seen)
    {
        var answering = seen.Count(s => s.Value.Answer != Answer.None);
        var newest = seen.Values.Where(r => r.Answer == Answer.Ok).OrderByDescending(r => r.Accepted).Select(r => RegisterValue.TryParse(r.Value, out var v, out _) ? v : null).FirstOrDefault();
        var voting = seen.Count(s => s.Value.Answer == Answer.Ok && newest?.Cfg.GetValueOrDefault(s.Key) == s.Value.Incarnation);
        if (voting >= _majority) return $"{voting} of {acceptors.Count} servers vote, which is a majority: the leader takes the others back by itself";
        if (answering == acceptors.Count)
            return seen.Values.All(r => r.Answer == Answer.Virgin) ? "every server answers and is empty: this is a first installation, run 'arbiter quorum seed'"
                : $"every server answers: a running arbiter begins a new generation by itself after {settings.WaitOver(0).TotalSeconds:0} s; start one and wait";
        if (seen.FirstOrDefault(s => s.Value.Answer == Answer.None && !IsGone(s.Value)) is { Key: { } alive })
            return $"{alive} is not gone: it {QuorumSeeder.Describe(seen[alive])}. Repair that first";
        if (answering < _majority)
            return $"only {answering} of {acceptors.Count} servers answer and {_majority} are needed to vote: start an empty server at the address of a missing one and run it again";
        return seen.Values.All(r => r.Accepted.IsNone) ? "no server that answers has anything left: start empty servers at the addresses of the missing ones and run 'arbiter quorum seed'" : null;
    }

    /// <summary>What is there and does not let us in still holds the generation before.</summary>
    private async Task<string?> Alive(ImmutableArray<IAcceptor> missing, CancellationToken stopping)
    {
        foreach (var server in missing)
            if (await OpenPort.Listens(server.Address, time, stopping))
                return $"{server.Address} is not gone: something listens there and gives no answer (the password, the user, TLS, or a process that hangs). Repair it, or stop it";
        return null;
    }

    private static bool IsGone(Reply reply) => reply is { Answer: Answer.None, Error: "timeout" or "unreachable" };

    private static Ballot Highest(IEnumerable<Reply> replies)
    {
        var highest = Ballot.None;
        foreach (var reply in replies)
            foreach (var met in new[] { reply.Promised, reply.Accepted })
                if (met > highest) highest = met;
        return highest;
    }

    private static long LeaseOf(Reply reply) => RegisterValue.TryParse(reply.Value, out var value, out _) ? value.LeaseMs : 0;

    /// <summary>A first connection may take longer than one question, so silence is believed only after a while.</summary>
    private async Task<Dictionary<string, Reply>> LookUntilSure(CancellationToken stopping)
    {
        for (var started = time.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(250), time, stopping))
        {
            var replies = (await AskAll(acceptors, _ => new Request.Read(Ballot.None), stopping)).ToDictionary(r => r.Address, r => r.Reply);
            if (replies.Values.All(r => r.Answer != Answer.None) || time.GetElapsedTime(started) >= Patience) return replies;
        }
    }

    /// <summary>Empty where there is none.</summary>
    private async Task<ImmutableSortedDictionary<string, string>> Tickets(ImmutableArray<IAcceptor> of, CancellationToken stopping) =>
        (await AskAll(of, _ => new Request.Probe("", Ballot.None, ""), stopping))
            .ToImmutableSortedDictionary(r => r.Address, r => r.Reply.Answer == Answer.Ok ? r.Reply.Ticket : "", StringComparer.Ordinal);

    private static async Task<(string Address, Reply Reply)[]> AskAll(IReadOnlyList<IAcceptor> of, Func<IAcceptor, Request> request, CancellationToken stopping) =>
        await Task.WhenAll(of.Select(async a => (a.Address, await a.Ask(request(a), stopping))));

    private static SeedResult Refused(string why) => new(false, 0, $"not forced: {why}");
}
