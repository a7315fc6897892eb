using System.Collections.Immutable;

namespace Arbiter.Quorum;

/// <summary>What a round that begins a new generation rests on.</summary>
/// <param name="Ballot">Of the new generation.</param>
/// <param name="Servers">All that take part, each of which must answer.</param>
/// <param name="Majority">Of all servers of the quorum, also those that do not take part.</param>
/// <param name="Tickets">Of each that does not vote; the others are voters.</param>
/// <param name="Quarantined">Those that have not voted for longer than any lease.</param>
/// <param name="Incarnations">A new one for each that does not vote, never used before.</param>
/// <param name="Remembered">The newest certain value this process knows, with its ballot; null when none.</param>
/// <param name="Change">Makes the value from the newest one met (null when none was; then null ends the round); generation and incarnations are set by the round.</param>
internal sealed record RestorationPlan(
    Ballot Ballot, ImmutableArray<string> Servers, int Majority, ImmutableSortedDictionary<string, string> Tickets,
    ImmutableSortedSet<string> Quarantined, ImmutableSortedDictionary<string, string> Incarnations,
    RegisterValue? Remembered, Ballot RememberedBallot, Func<RegisterValue?, RegisterValue?> Change)
{
    internal Deviations Deviations { get; init; } = Deviations.None;
}

/// <param name="Value">The value of the new generation, when it stands.</param>
/// <param name="Ended">Why the round ended without one; null while it runs.</param>
internal readonly record struct RestorationStep(Restoration Next, ImmutableArray<Envelope> Sends, RegisterValue? Value, string? Ended);

/// <summary>
/// The round that begins a new generation after a majority lost its memory. First all servers are asked: PREPARE at those that vote, PROBE at
/// those that do not. The newest value among them goes on under the new generation: ACCEPT at the voters, SEED at the others. It stands only
/// when a majority <em>that sat the quarantine out</em> took its SEED; everything else is sent and not counted. So of two that try at once, one
/// at most succeeds, whatever restarts in between. Any unexpected answer ends the round; nothing in it is sent twice.
/// Message in, messages out; no clock, no I/O.
/// </summary>
internal sealed record Restoration
{
    private readonly RestorationPlan _plan;

    private Restoration(RestorationPlan plan) => _plan = plan;

    private ImmutableSortedDictionary<string, Reply> Asked { get; init; } = ImmutableSortedDictionary<string, Reply>.Empty;
    private ImmutableSortedSet<string> Given { get; init; } = [];
    private ImmutableSortedSet<string> Silent { get; init; } = [];
    private RegisterValue? Value { get; init; }

    public Ballot Ballot => _plan.Ballot;

    /// <summary>Something was sent that may stand.</summary>
    public bool HasGiven => Value is not null;

    public static RestorationStep Begin(RestorationPlan plan) => new(new Restoration(plan), [.. plan.Servers.Select(s => new Envelope(s, plan.Tickets.TryGetValue(s, out var ticket)
        ? new Request.Probe(plan.Incarnations[s], plan.Ballot, ticket)
        : new Request.Prepare(plan.Ballot)))], null, null);

    public RestorationStep Receive(string server, Request request, Reply reply)
    {
        if (!IsMine(server, request)) return new RestorationStep(this, [], null, null);
        return Value is null ? ReceiveAsked(server, reply) : ReceiveGiven(server, reply);
    }

    /// <summary>The deadline of a phase passed.</summary>
    public RestorationStep Expire() => End($"{string.Join(", ", _plan.Servers.Where(s => Value is null ? !Asked.ContainsKey(s) : !Given.Contains(s)))} did not answer in time");

    private bool IsMine(string server, Request request) => _plan.Servers.Contains(server) && (request switch
    {
        Request.Prepare prepare => Value is null && prepare.Ballot == Ballot,
        Request.Probe probe => Value is null && probe.NewIncarnation.Length > 0 && probe.NewIncarnation == _plan.Incarnations.GetValueOrDefault(server),
        Request.Accept accept => Value is not null && accept.Ballot == Ballot,
        Request.Seed seed => Value is not null && seed.NewIncarnation == _plan.Incarnations.GetValueOrDefault(server),
        _ => false,
    });

    private RestorationStep ReceiveAsked(string server, Reply reply)
    {
        if (Asked.ContainsKey(server)) return new RestorationStep(this, [], null, null);
        if (_plan.Deviations.TicketsRefreshed && reply.Answer == Answer.Ticket)
            return new RestorationStep(this, [new Envelope(server, new Request.Probe(_plan.Incarnations[server], Ballot, reply.Ticket))], null, null);
        if (reply.Answer != Answer.Ok) return End($"{server} {Said(reply)} instead of taking part");
        if (!_plan.Deviations.TicketsRefreshed && _plan.Tickets.TryGetValue(server, out var ticket) && reply.Ticket != ticket) return End($"{server} lost its memory once more");
        if (reply.Accepted.Generation >= Ballot.Generation || reply.Promised.Generation > Ballot.Generation) return End($"{server} knows a newer generation");
        var next = this with { Asked = Asked.Add(server, reply) };
        return next.Asked.Count < _plan.Servers.Length ? new RestorationStep(next, [], null, null) : next.Give();
    }

    private RestorationStep Give()
    {
        var (found, ballot) = (_plan.Remembered, _plan.RememberedBallot);
        foreach (var (server, reply) in Asked)
        {
            if (reply.Accepted <= ballot) continue;
            // whoever can read it must go on with it: throwing it away is a person's decision
            if (!RegisterValue.TryParse(reply.Value, out var value, out var why)) return End($"the newest value, on {server}, cannot be read: {(reply.Error.Length > 0 ? reply.Detail : why)}. Correct that, or delete the two keys of the register there to go on without it");
            (found, ballot) = (value, reply.Accepted);
        }
        if (_plan.Change(found) is not { } changed) return End("no server has anything left to go on with");
        var made = Assigning.Fit(changed with
        {
            Gen = Ballot.Generation,
            Cfg = _plan.Servers.ToImmutableSortedDictionary(s => s, s => _plan.Incarnations.TryGetValue(s, out var incarnation) ? incarnation : Asked[s].Incarnation, StringComparer.Ordinal),
        });
        var json = made.ToJson();
        var next = Ballot.Of(Ballot.Generation, Ballot.Number + 1, Ballot.Proposer);
        return new RestorationStep(this with { Value = made }, [.. _plan.Servers.Select(s => new Envelope(s, _plan.Incarnations.TryGetValue(s, out var incarnation)
            ? new Request.Seed(incarnation, Ballot, json)
            : new Request.Accept(Ballot, next, json, Asked[s].Incarnation)))], null, null);
    }

    private RestorationStep ReceiveGiven(string server, Reply reply)
    {
        if (Given.Contains(server) || Silent.Contains(server)) return new RestorationStep(this, [], null, null);
        if (reply.Answer == Answer.None)
        {
            var without = this with { Silent = Silent.Add(server) };
            return without.Silent.Count + without.Given.Count < _plan.Servers.Length ? new RestorationStep(without, [], null, null)
                : without.End($"{string.Join(", ", without.Silent)} did not answer");
        }
        if (reply.Answer != Answer.Ok) return End($"{server} {Said(reply)} instead of taking the new generation");
        var next = this with { Given = Given.Add(server) };
        if (next.Given.Count(_plan.Quarantined.Contains) >= _plan.Majority) return new RestorationStep(next, [], Value, null);
        return next.Given.Count + next.Silent.Count < _plan.Servers.Length ? new RestorationStep(next, [], null, null)
            : next.End($"only {next.Given.Count(_plan.Quarantined.Contains)} of the {_plan.Majority} needed took the new generation");
    }

    private RestorationStep End(string why) => new(this, [], null, why);

    private static string Said(Reply reply) => reply.Answer == Answer.None ? $"gave no answer ({reply.Error})" : $"answered {reply.Answer.ToString().ToUpperInvariant()}";
}
