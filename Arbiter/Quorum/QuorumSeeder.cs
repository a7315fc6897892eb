using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <param name="Text">What was done, or why nothing was.</param>
internal sealed record SeedResult(bool Seeded, long Generation, string Text);

/// <summary>
/// The first installation: turns N empty servers into voters of a new generation. Refuses when any server has a state or does not
/// answer, because a register may live there. Before it seeds it waits longer than any lease while every server stays empty with
/// the same ticket (a server makes a new one whenever it lost its memory), so no leader of an earlier register can still speak.
/// </summary>
internal sealed class QuorumSeeder(IReadOnlyList<IAcceptor> acceptors, ClusterName cluster, LeaseSettings settings, ulong proposerId,
    Func<string> newIncarnation, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public async Task<SeedResult> Seed(Action<string> progress, CancellationToken stopping)
    {
        progress($"asking {acceptors.Count} servers whether they are empty");
        var refusal = await AllEmpty(stopping);
        if (refusal is not null) return Refused(refusal);

        var tickets = await Tickets(stopping);
        if (tickets.Values.FirstOrDefault(t => t.Refusal is not null).Refusal is { } noTicket) return Refused(noTicket);

        var quarantine = settings.WaitOver((long)settings.Lease.TotalMilliseconds);
        progress($"every server is empty; waiting {quarantine.TotalSeconds:0.0} s, longer than any lease that may still run");
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) is var elapsed && elapsed < quarantine)
        {
            var left = quarantine - elapsed;
            await Task.Delay(left < Look ? left : Look, time, stopping);
            foreach (var (address, now) in await Tickets(stopping))
            {
                if (now.Refusal is not null) return Refused(now.Refusal);
                if (now.Ticket != tickets[address].Ticket) return Refused($"{address} lost its memory during the wait: run it again");
            }
        }
        return await SeedAll(tickets.ToImmutableDictionary(t => t.Key, t => t.Value.Ticket), progress, stopping);
    }

    private async Task<SeedResult> SeedAll(ImmutableDictionary<string, string> tickets, Action<string> progress, CancellationToken stopping)
    {
        // A generation comes from a clock, never from "the highest seen + 1": after a total loss nothing was seen.
        var generation = time.GetUtcNow().ToUnixTimeMilliseconds();
        var ballot = Ballot.Of(generation, 1, proposerId);
        var incarnations = acceptors.ToImmutableSortedDictionary(a => a.Address, _ => newIncarnation(), StringComparer.Ordinal);

        var probes = await AskAll(a => new Request.Probe(incarnations[a.Address], ballot, tickets[a.Address]), stopping);
        if (probes.FirstOrDefault(p => p.Reply.Answer != Answer.Ok) is { Address: not null } failed)
            return Refused($"{failed.Address} {Describe(failed.Reply)} while it was prepared: run it again");

        var value = new RegisterValue
        {
            Cluster = cluster.Value, Gen = generation, Cfg = incarnations, Leader = null, Term = 0, Seq = 0,
            LeaseMs = (long)settings.Lease.TotalMilliseconds, Rev = 0, Groups = ImmutableSortedDictionary<string, GroupEntry>.Empty,
            Outbox = Outbox.Empty,
        }.ToJson();
        var seeds = await AskAll(a => new Request.Seed(incarnations[a.Address], ballot, value), stopping);
        var seeded = seeds.Count(s => s.Reply.Answer == Answer.Ok);
        foreach (var (address, reply) in seeds) progress($"{address} {(reply.Answer == Answer.Ok ? "votes" : Describe(reply))}");
        return seeded >= Majority.Of(acceptors.Count)
            ? new SeedResult(true, generation, $"seeded generation {generation}: {seeded} of {acceptors.Count} servers vote")
            : Refused($"only {seeded} of {acceptors.Count} servers took the seed: empty those that did (DEL vip:{cluster}:reg vip:{cluster}:probe) and run it again");
    }

    /// <summary>Null when every server answers and is empty; otherwise the sentence that names each one that is not.</summary>
    private async Task<string?> AllEmpty(CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var replies = await AskAll(_ => new Request.Read(Ballot.None), stopping);
            var wrong = replies.Where(r => r.Reply.Answer != Answer.Virgin).ToArray();
            if (wrong.Length == 0) return null;
            // a first connection may take longer than one question
            var onlySilent = wrong.All(w => w.Reply.Answer == Answer.None && w.Reply.Error is "timeout" or "unreachable");
            if (!onlySilent || time.GetElapsedTime(started) >= Patience)
                return string.Join("; ", wrong.Select(w => $"{w.Address} {Describe(w.Reply)}"));
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, stopping);
        }
    }

    private async Task<Dictionary<string, (string Ticket, string? Refusal)>> Tickets(CancellationToken stopping) =>
        (await AskAll(_ => new Request.Probe("", Ballot.None, ""), stopping)).ToDictionary(r => r.Address, r =>
            r.Reply.Answer == Answer.Ok && r.Reply.Accepted.IsNone ? (r.Reply.Ticket, (string?)null) : ("", $"{r.Address} {Describe(r.Reply)}"));

    private async Task<(string Address, Reply Reply)[]> AskAll(Func<IAcceptor, Request> request, CancellationToken stopping) =>
        await Task.WhenAll(acceptors.Select(async a => (a.Address, await a.Ask(request(a), stopping))));

    private static SeedResult Refused(string why) => new(false, 0, $"not seeded: {why}");

    internal static string Describe(Reply reply) => reply.Answer switch
    {
        Answer.Ok or Answer.Voting => "holds a register and votes",
        Answer.Restarted => "holds a register of an earlier life (it was restarted)",
        Answer.None => $"gives no answer: {reply.Error}{(reply.Detail is { } detail ? $" ({detail})" : "")}",
        var answer => $"answered {answer.ToString().ToUpperInvariant()}",
    };
}
