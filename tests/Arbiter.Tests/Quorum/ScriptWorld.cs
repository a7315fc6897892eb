using System.Collections.Immutable;
using System.Globalization;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Quorum;

/// <summary>
/// A small world for scripts. Proposers: each message is delivered or lost by hand. Replicas: time runs in steps of 10 ms and
/// messages take none, along the links that are not cut.
/// </summary>
internal sealed class ScriptWorld(Func<string, IScriptServer> serve)
{
    private static readonly DateTimeOffset Utc = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private sealed class Hand(Proposer proposer)
    {
        public Proposer Proposer { get; set; } = proposer;
        public List<Envelope> Flying { get; } = [];
        public ChangeResult? Acknowledged { get; set; }
    }

    private sealed class Replica(LeaderLease lease)
    {
        public LeaderLease Lease { get; } = lease;
        public bool Paused { get; set; }
        public Queue<LeaseInput> Waiting { get; } = new();
        public HashSet<(string Server, bool Replies)> Cuts { get; } = [];
        public List<string> Losing { get; } = [];
    }

    private readonly SortedDictionary<string, IScriptServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action> _snapshots = [];
    private readonly Dictionary<string, Hand> _hands = [];
    private readonly SortedDictionary<string, Replica> _replicas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parents = [];
    private readonly List<string> _acknowledged = [];
    private readonly List<string> _said = [];
    private TimeSpan _now;
    private bool _traced;
    private readonly HashSet<string> _asked = [];
    private long _floor = 1000;

    public IReadOnlyList<string> Do(string command)
    {
        _said.Clear();
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string Option(string name, string otherwise) =>
            words.FirstOrDefault(w => w.StartsWith(name + "=", StringComparison.Ordinal)) is { } w ? w[(name.Length + 1)..] : otherwise;
        var about = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "servers": foreach (var s in words[1..]) _servers[s] = serve(s); break;
            case "seed": Seed(long.Parse(Option("gen", "1"), CultureInfo.InvariantCulture), Option("leader", "v0"), Option("suffix", "1")); break;
            case "proposer":
                var id = ulong.Parse(Option("id", "0"), CultureInfo.InvariantCulture);
                var proposer = new Proposer(id, [.. _servers.Keys]) { IncarnationRule = !words.Contains("no-incarnation-rule") };
                _hands[about] = new Hand(proposer.Learn(Ballot.Of(1, long.Parse(Option("n", "1"), CultureInfo.InvariantCulture) - 1, id)));
                break;
            case "begin": Begin(about, words, Option); break;
            case "deliver": foreach (var s in words[2..]) Deliver(about, s, loseReply: false); break;
            case "lose-reply": foreach (var s in words[2..]) Deliver(about, s, loseReply: true); break;
            case "lose": foreach (var s in words[2..]) _said.Add($"{Take(about, s)} lost"); break;
            case "expire": Took(about, _hands[about].Proposer.Expire()); break;
            case "flush": _servers[about].Flush(); break;
            case "snapshot": _snapshots[about] = _servers[about].Snapshot(); break;
            case "restore": _snapshots[about](); break;
            case "restart": _servers[about].Restart(); break;
            case "aof": foreach (var s in words[1..]) _servers[s].Aof = true; break;
            case "probe": Probe(about, Option("inc", ""), Parse(Option("ballot", ""))); break;
            case "seed-from":
                var (from, result) = (_hands[words[2]], _hands[words[2]].Acknowledged!);
                _said.Add($"{about} SEED {Show(_servers[about].Ask(new Request.Seed(Option("inc", ""), result.Ballot, result.New!.ToJson())))}");
                break;
            case "seed-odd":
                _said.Add($"{about} SEED {Show(_servers[about].Ask(new Request.Seed(Option("inc", ""), Ballot.Of(1, 1, 0), (RegisterValueTests.Empty with { Gen = 1 }).ToJson())))}");
                break;
            case "show": foreach (var (name, server) in _servers) _said.Add($"{name} {Show(server.Ask(new Request.Read(Ballot.None)))}"); break;
            case "verdict": Verdict(); break;
            case "replica":
                _replicas[about] = new Replica(new LeaderLease(Settings with { TrustAof = words.Contains("trust") }, [.. _servers.Keys], $"{about}/1",
                    ulong.Parse(Option("id", "1"), CultureInfo.InvariantCulture), new Random(int.Parse(Option("seed", "1"), CultureInfo.InvariantCulture))));
                break;
            case "run": Advance(TimeSpan.FromMilliseconds(int.Parse(about, CultureInfo.InvariantCulture))); break;
            case "propose":
                Input(about, new LeaseInput.Proposed(_now, new Proposal(GroupName.Parse(words[2]), long.Parse(words[3], CultureInfo.InvariantCulture),
                    NodeId.Parse(words[4]), "failover"), Utc));
                break;
            case "stop": Input(about, new LeaseInput.Stop(_now)); break;
            case "crash": _replicas.Remove(about); break;
            case "pause": _replicas[about].Paused = true; break;
            case "resume": Resume(about); break;
            case "cut": Cut(about, words[2..]); break;
            case "lose-answer": _replicas[about].Losing.AddRange(words[2..]); break;
            case "heal": foreach (var r in _replicas.Values) r.Cuts.Clear(); break;
            case "trace": _traced = true; break;
            case "speaks":
                foreach (var (name, r) in _replicas) _said.Add($"{name} {(_now < r.Lease.SpeakUntil ? "may speak" : "is silent")}");
                break;
            case "status":
                var status = _replicas[about].Lease.Status();
                _said.Add($"{about} {status.State}, term {status.Term} seq {status.Seq}: {status.Reason}");
                break;
            default: throw new InvalidOperationException($"no such command: {command}");
        }
        return _said;
    }

    private static LeaseSettings Settings { get; } = LeaseSettings.From(new Arbiter.Configuration.QuorumOptions { Redis = [] });

    private void Seed(long generation, string leader, string suffix)
    {
        var value = RegisterValueTests.Empty with
        {
            Gen = generation, Cfg = _servers.Keys.ToImmutableSortedDictionary(s => s, s => s + suffix), Leader = leader == "none" ? null : leader,
            Term = 0, Seq = 0, Rev = 0,
        };
        foreach (var (name, server) in _servers)
        {
            var ticket = server.Ask(new Request.Probe("", Ballot.None, "")).Ticket;
            server.Ask(new Request.Probe(name + suffix, Ballot.Of(generation, 1, 0), ticket));
            _said.Add($"{name} SEED {Show(server.Ask(new Request.Seed(name + suffix, Ballot.Of(generation, 1, 0), value.ToJson())))}");
        }
    }

    private void Begin(string name, string[] words, Func<string, string, string> option)
    {
        var set = option("cfg", "");
        var (leader, term, seq) = (option("leader", ""), option("term", ""), option("seq", ""));
        Took(name, _hands[name].Proposer.Begin((current, _) =>
        {
            var next = current with { Seq = seq.Length > 0 ? long.Parse(seq, CultureInfo.InvariantCulture) : current.Seq + 1 };
            if (leader.Length > 0) next = next with { Leader = leader };
            if (term.Length > 0) next = next with { Term = long.Parse(term, CultureInfo.InvariantCulture) };
            if (set.Length > 0) next = next with { Cfg = next.Cfg.SetItem(set.Split(':')[0], set.Split(':')[1]) };
            _parents[Name(next)] = Name(current);
            return next;
        }, words.Contains("fast")));
    }

    private Envelope Find(string hand, string server) =>
        _hands[hand].Flying.FirstOrDefault(e => e.Server == server) ?? throw new InvalidOperationException($"nothing flies from {hand} to {server}");

    private string Take(string hand, string server)
    {
        var envelope = Find(hand, server);
        _hands[hand].Flying.Remove(envelope);
        return $"{hand}>{server} {Show(envelope.Request)}";
    }

    private void Deliver(string hand, string server, bool loseReply)
    {
        var envelope = Find(hand, server);
        var sent = Take(hand, server);
        var reply = _servers[server].Ask(envelope.Request);
        _said.Add($"{sent} -> {Show(reply)}{(loseReply ? ", lost" : "")}");
        if (!loseReply) Took(hand, _hands[hand].Proposer.Receive(server, envelope.Request, reply));
    }

    private void Took(string name, ProposerStep step)
    {
        var hand = _hands[name];
        hand.Proposer = step.Next;
        foreach (var envelope in step.Sends)
        {
            hand.Flying.Add(envelope);
            _said.Add($"  {name}>{envelope.Server} {Show(envelope.Request)}");
        }
        if (step.Result is not { } result) return;
        _said.Add($"  {name} {result.Outcome} {(result.New is { } sent ? $"{Name(sent)} on {Name(result.Current!)}" : "")}{(result.Reason.Length > 0 ? $": {result.Reason}" : "")}");
        if (result.Outcome != Outcome.Acknowledged) return;
        hand.Acknowledged = result;
        _acknowledged.Add(Name(result.New!));
    }

    private void Probe(string server, string incarnation, Ballot ballot)
    {
        var ticket = _servers[server].Ask(new Request.Probe("", Ballot.None, "")).Ticket;
        _said.Add($"{server} PROBE {Show(_servers[server].Ask(new Request.Probe(incarnation, ballot, ticket)))}");
    }

    /// <summary>No fork: of two acknowledged values one descends from the other.</summary>
    private void Verdict()
    {
        IEnumerable<string> Line(string value)
        {
            for (var v = value; v is not null; v = _parents.GetValueOrDefault(v)) yield return v;
        }
        var forks = _acknowledged.SelectMany((a, i) => _acknowledged.Skip(i + 1).Where(b => !Line(a).Contains(b) && !Line(b).Contains(a)).Select(b => $"{a} and {b}"));
        _said.Add($"acknowledged {string.Join(", ", _acknowledged)}: {(forks.ToArray() is { Length: > 0 } f ? "FORK of " + string.Join("; ", f) : "one line")}");
    }

    private void Advance(TimeSpan time)
    {
        for (var end = _now + time; _now < end; _now += Step)
            foreach (var name in _replicas.Keys.ToArray()) Input(name, new LeaseInput.Tick(_now));
    }

    private void Input(string name, LeaseInput input)
    {
        var replica = _replicas[name];
        if (replica.Paused)
        {
            if (input is not LeaseInput.Tick && replica.Waiting.Count < 10_000) replica.Waiting.Enqueue(input);
            return;
        }
        foreach (var effect in replica.Lease.Advance(input with { At = _now, Floor = _floor + (long)_now.TotalMilliseconds }).ToArray())
        {
            if (_traced && effect is LeaseEffect.Say say) _said.Add($"+{_now.TotalSeconds:0.00} {name} {(say.Warning ? "warns" : "says")}: {say.Text}");
            if (effect is LeaseEffect.Tell tell) _said.Add($"+{_now.TotalSeconds:0.00} {name} {Show(tell.Event)}");
            if (effect is not LeaseEffect.Send { Envelope: var (server, request) } || replica.Cuts.Contains((server, false))) continue;
            var reply = _servers[server].Ask(request);
            if (_traced && request is (Request.Probe or Request.Seed or Request.Retire or Request.Adopt)) Trace(name, server, request, reply);
            if (replica.Losing.Remove(request.GetType().Name)) continue;
            if (!replica.Cuts.Contains((server, true))) Input(name, new LeaseInput.Replied(_now, server, request, reply));
        }
    }

    /// <summary>The same ticket asked for again is not worth a line.</summary>
    private void Trace(string name, string server, Request request, Reply reply)
    {
        var what = $"{name}>{server} {Show(request)} -> {Show(reply)}{(reply.Ticket.Length > 0 ? $" ticket {reply.Ticket}" : "")}";
        if (request is Request.Probe { NewIncarnation: "" } && !_asked.Add(what)) return;
        _said.Add($"+{_now.TotalSeconds:0.00} {what}");
    }

    private void Resume(string name)
    {
        var replica = _replicas[name];
        replica.Paused = false;
        while (replica.Waiting.TryDequeue(out var input)) Input(name, input);
        Input(name, new LeaseInput.Tick(_now));
    }

    private void Cut(string name, string[] what)
    {
        foreach (var server in what.Where(_servers.ContainsKey))
        {
            if (!what.Contains("replies")) _replicas[name].Cuts.Add((server, false));
            _replicas[name].Cuts.Add((server, true));
        }
    }

    private static Ballot Parse(string text)
    {
        var parts = text.Split('.');
        return Ballot.Of(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), ulong.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static string Name(RegisterValue value) => $"{value.Leader ?? "nobody"}/{value.Seq}";

    private static string Value(string json) => json.Length == 0 ? "" : RegisterValue.TryParse(json, out var value, out _) ? $" value {Name(value)}" : " value ?";

    private static string Show(Request request) => request switch
    {
        Request.Prepare p => $"PREPARE {p.Ballot}",
        Request.Accept a => $"ACCEPT {a.Ballot} next {a.Next} expects {a.Incarnation}{Value(a.Value)}",
        Request.Probe { NewIncarnation: "" } => "PROBE for its ticket",
        Request.Probe p => $"PROBE {p.NewIncarnation} {p.Ballot} with {p.Ticket}",
        Request.Seed s => $"SEED {s.NewIncarnation} {s.Ballot}{Value(s.Value)}",
        Request.Adopt a => $"ADOPT {a.Incarnation} {a.Accepted}",
        Request.Retire r => $"RETIRE {r.StaleIncarnation} {r.Ballot}",
        _ => request.GetType().Name,
    };

    private static string Show(Reply reply) => reply.Answer.ToString().ToUpperInvariant()
        + (reply.Incarnation.Length > 0 ? $" inc {reply.Incarnation}" : "")
        + (reply.Promised.IsNone ? "" : $" promised {reply.Promised}")
        + (reply.Accepted.IsNone ? "" : $" accepted {reply.Accepted}") + Value(reply.Value);

    private static string Show(RegisterEvent e)
    {
        static string All(ImmutableSortedDictionary<GroupName, Assignment> a) => a.Count == 0 ? "nothing" : string.Join(", ", a.Values.Select(One));
        static string One(Assignment a) => $"{a.Group}={a.Holder}@{a.Epoch}";
        return e switch
        {
            RegisterEvent.Gained g => $"gained generation {g.Generation} term {g.Term}, {All(g.Assignments)}",
            RegisterEvent.Observed o => $"observed generation {o.Generation} term {o.Term}, {All(o.Assignments)}",
            RegisterEvent.Lost l => $"lost: {l.Reason}",
            RegisterEvent.Settled s => $"settled {s.Outcome} {s.Proposal.Group}->{s.Proposal.Holder}, stands {(s.Current is { } c ? One(c) : "nothing")}: {s.Reason}",
            _ => e.ToString(),
        };
    }
}
