using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <summary>
/// What is true of the register whatever any process believes, worked out from the messages: which value followed which, and which a majority
/// took. The same rules as the simulator's <c>Truth</c>, as a value, because it is part of a state. Throws <see cref="Broken"/>.
/// </summary>
internal sealed record Ledger
{
    /// <param name="Follows">None: it begins a generation.</param>
    /// <param name="Taken">The servers that accepted it under the incarnation that it knows, until it stands.</param>
    /// <param name="Seeded">Those that took it as the first of a generation, until it stands.</param>
    internal sealed record Sent(Ballot Ballot, RegisterValue Value, Ballot Follows, int By, ImmutableSortedSet<string> Taken, ImmutableSortedSet<string> Seeded, bool Chosen)
    {
        public bool Begins => Follows.IsNone;

        public Sent Stands() => this with { Chosen = true, Taken = Nobody, Seeded = Nobody };
    }

    private static readonly ImmutableSortedSet<string> Nobody = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public required int Majority { get; init; }
    public ImmutableSortedDictionary<Ballot, Sent> Values { get; init; } = ImmutableSortedDictionary<Ballot, Sent>.Empty;
    private ImmutableSortedDictionary<Ballot, Ballot> PromisedBy { get; init; } = ImmutableSortedDictionary<Ballot, Ballot>.Empty;
    private ImmutableSortedDictionary<long, Ballot> Newest { get; init; } = ImmutableSortedDictionary<long, Ballot>.Empty;
    private ImmutableSortedDictionary<(long Generation, long Term), string> Leaders { get; init; } = ImmutableSortedDictionary<(long, long), string>.Empty;
    public long Generation { get; init; }

    public Ballot StandingBallot => Newest.GetValueOrDefault(Generation);

    /// <summary>The newest value that a majority took.</summary>
    public RegisterValue? Standing => Newest.TryGetValue(Generation, out var ballot) ? Values[ballot].Value : null;

    public Ledger Installed(Ballot ballot, RegisterValue value) => this with
    {
        Values = Values.SetItem(ballot, new Sent(ballot, value, Ballot.None, -1, Nobody, Nobody, true)),
        Newest = Newest.SetItem(value.Gen, ballot), Generation = Math.Max(Generation, value.Gen),
    };

    /// <summary>A process sends a value to be accepted, or to begin with.</summary>
    public Ledger Sends(int by, Request request, (Ballot Ballot, Ballot Follows)? sending, RegisterValue value)
    {
        switch (request)
        {
            case Request.Accept accept:
                var next = this with { PromisedBy = Newer(accept) };
                if (Values.TryGetValue(accept.Ballot, out var known)) return next.Same(known, value);
                if (sending is not { } from || from.Ballot != accept.Ballot) return next.Add(new Sent(accept.Ballot, value, Ballot.None, by, Nobody, Nobody, false));
                var before = from.Follows == from.Ballot ? PromisedBy.GetValueOrDefault(from.Ballot) : from.Follows;
                if (!Values.ContainsKey(before)) throw new Broken("R1", $"the value of {accept.Ballot} follows {before}, which nobody sent");
                return next.Add(new Sent(accept.Ballot, value, before, by, Nobody, Nobody, false));
            case Request.Seed seed:
                return Values.TryGetValue(seed.Ballot, out var first) ? Same(first, value) : Add(new Sent(seed.Ballot, value, Ballot.None, by, Nobody, Nobody, false));
            default: return this;
        }
    }

    /// <summary>A proposer's promises rise, and it forgets one before it sends the next: only its newest can still be used.</summary>
    private ImmutableSortedDictionary<Ballot, Ballot> Newer(Request.Accept accept) =>
        PromisedBy.RemoveRange(PromisedBy.Keys.Where(b => b.Proposer == accept.Next.Proposer && b < accept.Next)).SetItem(accept.Next, accept.Ballot);

    private Ledger Add(Sent sent) => this with { Values = Values.Add(sent.Ballot, sent) };

    private Ledger Same(Sent sent, RegisterValue value) => sent.Value.ToJson() == value.ToJson() ? this
        : throw new Broken("R3", $"two values for ballot {sent.Ballot}: {Name(sent.Value)} and {Name(value)}");

    /// <summary>A server took it, whether or not anybody hears so.</summary>
    public Ledger Took(string server, Request request, string incarnation)
    {
        var ballot = request switch { Request.Accept a => a.Ballot, Request.Seed s => s.Ballot, _ => Ballot.None };
        if (ballot.IsNone || !Values.TryGetValue(ballot, out var sent)) return this;
        // who takes what stands already, or takes it in a way that is not counted, leaves the ledger as it is: fewer states
        if (sent.Chosen || sent.Begins != request is Request.Seed) return this;
        if (request is Request.Accept && sent.Value.Cfg.GetValueOrDefault(server) != incarnation) return this;
        sent = request is Request.Seed ? sent with { Seeded = sent.Seeded.Add(server) } : sent with { Taken = sent.Taken.Add(server) };
        var next = this with { Values = Values.SetItem(ballot, sent) };
        return request is Request.Accept && sent.Taken.Count >= Majority ? next.Choose(sent) : next;
    }

    private Ledger Choose(Sent sent)
    {
        var (ledger, value) = (this, sent.Value);
        if (value.Gen < Generation) throw new Broken("R7", $"{Name(value)} of generation {value.Gen} was acknowledged after generation {Generation} began");
        if (!Newest.ContainsKey(value.Gen))
        {
            var first = sent;
            while (!first.Begins && Values[first.Follows].Value.Gen == value.Gen) first = Values[first.Follows];
            ledger = ledger.Begun(first);
        }
        var newest = ledger.Values[ledger.Newest[value.Gen]];
        var (older, newer) = sent.Ballot > newest.Ballot ? (newest, sent) : (sent, newest);
        if (!Descends(newer, older))
            throw new Broken("R1", $"fork: {Name(older.Value)} ({older.Ballot}) and {Name(newer.Value)} ({newer.Ballot}) were both acknowledged, and the newer does not descend from the older");
        if (newer.Value.Rev < older.Value.Rev) throw new Broken("R7", $"the revision fell from {older.Value.Rev} to {newer.Value.Rev}");
        return (ledger with { Values = ledger.Values.SetItem(sent.Ballot, sent.Stands()), Newest = ledger.Newest.SetItem(value.Gen, newer.Ballot) })
            .Lead(value.Gen, value.Term, value.Leader);
    }

    private bool Descends(Sent newer, Sent older)
    {
        var at = newer;
        while (at.Ballot > older.Ballot && !at.Begins) at = Values[at.Follows];
        return at.Ballot == older.Ballot;
    }

    /// <summary>R7: generations rise.</summary>
    private Ledger Begun(Sent first)
    {
        if (first.Value.Gen < Generation) throw new Broken("R7", $"generation {first.Value.Gen} began after {Generation}");
        return this with
        {
            Values = Values.SetItem(first.Ballot, first.Stands()), Newest = Newest.SetItem(first.Value.Gen, first.Ballot), Generation = Math.Max(Generation, first.Value.Gen),
        };
    }

    /// <summary>L3: a term has one leader.</summary>
    private Ledger Lead(long generation, long term, string? leader) => leader is null || (Leaders.TryGetValue((generation, term), out var known) && known == leader) ? this
        : !Leaders.ContainsKey((generation, term)) ? this with { Leaders = Leaders.Add((generation, term), leader) }
        : throw new Broken("L3", $"term {term} of generation {generation} is led by {Leaders[(generation, term)]} and by {leader}");

    /// <summary>A process believes that it leads: R4, a majority that votes must be behind it.</summary>
    public Ledger Gained(int process, RegisterEvent.Gained gained)
    {
        var (name, ledger) = (Processes.NameOf(process), this);
        var first = Values.Values.FirstOrDefault(s => s.Begins && s.By == process && s.Value.Gen == gained.Generation && s.Value.Term == gained.Term);
        if (first is { Chosen: false })
        {
            if (first.Seeded.Count < Majority) throw new Broken("R4", $"{name} leads generation {gained.Generation}, and {first.Seeded.Count} servers took it");
            if (gained.Generation > Generation || !Newest.ContainsKey(gained.Generation)) ledger = Begun(first);
        }
        else if (first is null && !Values.Values.Any(s => s.Chosen && s.Value.Leader == name && s.Value.Gen == gained.Generation && s.Value.Term == gained.Term))
        {
            throw new Broken("R4", $"{name} leads term {gained.Term} of generation {gained.Generation}, and no majority took that");
        }
        return ledger.Lead(gained.Generation, gained.Term, name);
    }

    public static string Name(RegisterValue value) => $"{value.Leader ?? "nobody"} term {value.Term} seq {value.Seq}";
}
