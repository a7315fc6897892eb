using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>
/// What is true of the register whatever any process believes: which values were sent, which followed which, and which a majority took.
/// Built only from the messages themselves, and checked after every event (docs/simulation.md).
/// </summary>
internal sealed partial class Truth(ImmutableArray<string> servers, LeaseSettings settings, ValueReader reader)
{
    private static readonly ImmutableSortedDictionary<string, GroupEntry> s_noGroups = ImmutableSortedDictionary.Create<string, GroupEntry>(StringComparer.Ordinal);

    /// <summary>A value that was sent. All of a run are kept, so each is kept small: of its text a digest, of its parts what is still asked for.</summary>
    private sealed class Sent(Ballot ballot, RegisterValue value, ulong digest, Sent? follows, Process by)
    {
        public Ballot Ballot => ballot;
        public RegisterValue Value { get; private set; } = value;
        public ulong Digest => digest;
        public Sent? Follows => follows;
        public Process By => by;
        /// <summary>Begins a generation: it follows nothing.</summary>
        public bool Begins => follows is null;
        /// <summary>By server the incarnation with which it took it; null when it did not.</summary>
        public string?[]? TakenBy { get; set; }
        /// <summary>A bit for each server.</summary>
        public uint SeededAt { get; set; }
        public bool Chosen { get; set; }

        /// <summary>Its groups were issued, and whoever asks for its events has had them.</summary>
        public void Settle() => Value = Value with { Groups = s_noGroups, Outbox = null };
    }

    private sealed class Vote
    {
        public string Run = "";
        public string Incarnation = "";
        public int Forgot;
        public Ballot Promised;
        public Ballot Accepted;
    }

    private readonly int _majority = servers.Length / 2 + 1;
    private readonly Dictionary<Ballot, Sent> _sent = [];
    private readonly Dictionary<(ulong Proposer, Ballot Ballot), TimeSpan> _firstSent = [];
    /// <summary>The ballot that a value promised for its proposer's next change.</summary>
    private readonly Dictionary<Ballot, Ballot> _promisedBy = [];
    private readonly Dictionary<long, Sent> _newest = [];
    private readonly Dictionary<string, Vote> _votes = [];
    private readonly Dictionary<(long Generation, long Epoch), (string Group, long Epoch, string Holder, string Reason)> _epochs = [];
    private readonly HashSet<(string Group, long Epoch, string Holder)> _issued = [];
    private readonly Dictionary<(long Generation, long Term), string> _leaders = [];
    private readonly HashSet<string> _refused = [];
    private readonly HashSet<string> _recorded = [];
    /// <summary>Given to each server in turn, the same object.</summary>
    private (Ballot Ballot, string Json) _last = (Ballot.None, "");
    private (long Generation, ImmutableSortedDictionary<string, GroupEntry> Groups) _issuedLast = (-1, s_noGroups);
    private long _generation;
    private long _recordedRev;

    /// <summary>A machine was set back under a running server: until it is found out the register promises nothing.</summary>
    public bool Excused { get; set; }
    /// <summary>What a server had taken was lost from its disk or memory.</summary>
    public bool DataLost { get; set; }
    /// <summary>Two proposals may have one reason: then what was told of a proposal is looked up by what stands, and a refusal proves nothing.</summary>
    public bool ReasonsRepeat { get; init; }
    /// <summary>Hears of each value that a majority took.</summary>
    public Action<RegisterValue>? Took { get; init; }
    public long Chosen { get; private set; }
    public long Generations { get; private set; }
    public long NewestGeneration => _generation;
    public RegisterValue? Newest => _newest.GetValueOrDefault(_generation)?.Value;

    /// <summary>The first value, given to the empty servers.</summary>
    public void Seeded(Ballot ballot, RegisterValue value, string json, Process nobody)
    {
        var sent = new Sent(ballot, value, Digest(json), null, nobody) { Chosen = true };
        _sent[ballot] = sent;
        _newest[value.Gen] = sent;
        _generation = value.Gen;
    }

    /// <summary>A process asks a server something.</summary>
    public void Asks(Process by, string server, Request request, TimeSpan local)
    {
        var ballot = request switch { Request.Prepare p => p.Ballot, Request.Accept a => a.Ballot, Request.Probe p => p.Ballot, Request.Seed s => s.Ballot, _ => Ballot.None };
        if (!ballot.IsNone && ballot.Proposer == by.Proposer) _firstSent.TryAdd((by.Proposer, ballot), local);
        if (request is Request.Accept accept)
        {
            if (!_sent.ContainsKey(accept.Ballot) && by.Lease.Sending is { } sending && sending.Ballot == accept.Ballot)
                Add(accept.Ballot, accept.Value, Followed(sending.Ballot, sending.Follows), by);
            Same(accept.Ballot, accept.Value, by);
            _promisedBy[accept.Next] = accept.Ballot;
        }
        else if (request is Request.Seed seed)
        {
            Same(seed.Ballot, seed.Value, by);
        }
    }

    private Sent Followed(Ballot ballot, Ballot follows)
    {
        var before = follows == ballot ? _promisedBy.GetValueOrDefault(ballot) : follows;
        return _sent.TryGetValue(before, out var sent) ? sent : throw new Broken("R1", $"the value of {ballot} follows {before}, which nobody sent");
    }

    private Sent Add(Ballot ballot, string json, Sent? follows, Process by)
    {
        if (!reader.TryRead(json, out var value, out var why)) throw new Broken("P1", $"{by.Name} sends a value that cannot be read: {why}");
        return _sent[ballot] = new Sent(ballot, Took is null ? value with { Outbox = null } : value, Digest(json), follows, by);
    }

    private void Same(Ballot ballot, string json, Process by)
    {
        if (ballot == _last.Ballot && ReferenceEquals(json, _last.Json)) return;
        if (!_sent.TryGetValue(ballot, out var sent)) sent = Add(ballot, json, null, by);
        if (sent.Digest != Digest(json)) Break("R3", $"two values for ballot {ballot}: {Name(sent.Value)} and another by {by.Name}");
        _last = (ballot, json);
    }

    /// <summary>64 bits, four characters at a time.</summary>
    private static ulong Digest(string json)
    {
        var words = MemoryMarshal.Cast<char, ulong>(json.AsSpan());
        var digest = (ulong)json.Length;
        foreach (var word in words) digest = BitOperations.RotateLeft((digest ^ word) * 0x9E3779B97F4A7C15, 29);
        foreach (var rest in json.AsSpan(words.Length * 4)) digest = BitOperations.RotateLeft((digest ^ rest) * 0x9E3779B97F4A7C15, 29);
        return digest;
    }

    /// <summary>A server answered (whether or not the answer arrives).</summary>
    public void Answered(Server server, Request request, Reply reply)
    {
        if (request is not (Request.Prepare or Request.Accept or Request.Seed or Request.Retire) || reply.Answer != Answer.Ok) return;
        Looked(server);
        if (request is Request.Accept accept)
        {
            var sent = _sent[accept.Ballot];
            if (sent.Chosen || sent.Begins) return;
            (sent.TakenBy ??= new string?[servers.Length])[server.Index] = reply.Incarnation;
            if (Votes(sent) >= _majority) Choose(sent);
        }
        else if (request is Request.Seed seed)
        {
            var sent = _sent[seed.Ballot];
            sent.SeededAt |= 1u << server.Index;
            if (sent.Begins && BitOperations.PopCount(sent.SeededAt) >= _majority) Stands(sent);
        }
    }

    /// <summary>How many took it with the incarnation that it knows.</summary>
    private int Votes(Sent sent)
    {
        var votes = 0;
        for (var i = 0; i < servers.Length; i++)
            if (sent.TakenBy![i] is { } incarnation && sent.Value.Cfg.GetValueOrDefault(servers[i]) == incarnation) votes++;
        return votes;
    }

    /// <summary>R2: what a server promised and accepted never decreases within one incarnation.</summary>
    private void Looked(Server server)
    {
        var now = server.Look();
        if (now.Answer != Answer.Ok) return;
        if (!_votes.TryGetValue(server.Name, out var was)) _votes[server.Name] = was = new Vote();
        if (now.Accepted > now.Promised) Break("R2", $"{server.Name} accepted {now.Accepted} above its promise {now.Promised}");
        if (was.Run == now.RunId && was.Incarnation == now.Incarnation && was.Forgot == server.Forgot && (now.Promised < was.Promised || now.Accepted < was.Accepted))
            Break("R2", $"{server.Name} went back from {was.Promised}/{was.Accepted} to {now.Promised}/{now.Accepted}");
        (was.Run, was.Incarnation, was.Forgot, was.Promised, was.Accepted) = (now.RunId, now.Incarnation, server.Forgot, now.Promised, now.Accepted);
    }

    /// <summary>A majority took it: whoever sent it may be told so.</summary>
    private void Choose(Sent sent)
    {
        sent.Chosen = true;
        Chosen++;
        var value = sent.Value;
        if (value.Gen < _generation) Break("R7", $"{Name(value)} of generation {value.Gen} was acknowledged after generation {_generation} began");
        var newest = _newest.GetValueOrDefault(value.Gen);
        if (newest is null)
        {
            // the generation stands although its beginner never heard so
            Begun(value.Gen);
            newest = First(sent);
            _newest[value.Gen] = newest;
        }
        var (older, newer) = sent.Ballot > newest.Ballot ? (newest, sent) : (sent, newest);
        if (!Descends(newer, older)) Break("R1", $"fork: {Name(older.Value)} ({older.Ballot}) and {Name(newer.Value)} ({newer.Ballot}) were both acknowledged, and the newer does not descend from the older");
        if (newer.Value.Rev < older.Value.Rev) Break("R7", $"rev fell from {older.Value.Rev} to {newer.Value.Rev}");
        _newest[value.Gen] = newer;
        Lead(value.Gen, value.Term, value.Leader);
        Issue(value);
        Lawful(sent);
        sent.TakenBy = null;
        sent.Settle();
    }

    private static Sent First(Sent sent)
    {
        var first = sent;
        while (first.Follows is { } follows && follows.Value.Gen == sent.Value.Gen) first = follows;
        return first;
    }

    private static bool Descends(Sent newer, Sent older)
    {
        var at = newer;
        while (at is not null && at.Ballot > older.Ballot) at = at.Follows;
        return ReferenceEquals(at, older);
    }

    /// <summary>Enough servers hold the first value of a generation that everyone may believe in it.</summary>
    private void Stands(Sent sent)
    {
        Issue(sent.Value);
        Lawful(sent);
    }

    /// <summary>R7: generations rise.</summary>
    private void Begun(long generation)
    {
        if (generation < _generation) Break("R7", $"generation {generation} began after {_generation}");
        if (generation > _generation) Generations++;
        _generation = Math.Max(_generation, generation);
    }

    /// <summary>R7: an epoch of a generation is handed out once. S1: what was told as refused is not recorded.</summary>
    private void Issue(RegisterValue value)
    {
        _recordedRev = Math.Max(_recordedRev, value.Rev);
        Took?.Invoke(value);
        if (_issuedLast.Generation == value.Gen && ReferenceEquals(_issuedLast.Groups, value.Groups)) return;
        _issuedLast = (value.Gen, value.Groups);
        foreach (var (group, entry) in value.Groups)
        {
            var what = (group, entry.Epoch, entry.Holder, entry.Reason);
            if (!_epochs.TryAdd((value.Gen, entry.Epoch), what))
            {
                if (_epochs[(value.Gen, entry.Epoch)] != what) Break("R7", $"epoch {entry.Epoch} of generation {value.Gen} was handed out for {_epochs[(value.Gen, entry.Epoch)]} and for {what}");
                continue;
            }
            _issued.Add((group, entry.Epoch, entry.Holder));
            if (!ReasonsRepeat && _refused.Contains(entry.Reason)) Break("S1", $"{entry.Reason} was told as refused, and is recorded");
            _recorded.Add(entry.Reason);
        }
    }

    /// <summary>L3: a term has one leader.</summary>
    private void Lead(long generation, long term, string? leader)
    {
        if (leader is null || _leaders.TryAdd((generation, term), leader) || _leaders[(generation, term)] == leader) return;
        Break("L3", $"term {term} of generation {generation} is led by {_leaders[(generation, term)]} and by {leader}");
    }

    private void Break(string invariant, string what)
    {
        if (!Excused) throw new Broken(invariant, what);
    }

    private static string Name(RegisterValue value) => $"{value.Leader ?? "nobody"} term {value.Term} seq {value.Seq}";
}
