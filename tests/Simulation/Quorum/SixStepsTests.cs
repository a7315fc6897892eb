using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>
/// The interleaving of six steps that random seeds never met: what the incarnation rule is for. The same with every message as text is in
/// <c>tests/Arbiter.Tests/Quorum/Scripts/incarnation-rule.txt</c>.
/// </summary>
public sealed class SixStepsTests
{
    [Fact]
    public void A_forgotten_promise_does_not_count_so_nothing_forks() => Assert.Equal("P has no majority", Play(Deviations.None));

    [Fact]
    public void Without_the_incarnation_rule_the_register_forks() => Assert.Equal("P acknowledged a value that does not know v2", Play(new Deviations { NoIncarnationRule = true }));

    private static string Play(Deviations code)
    {
        var world = new Table(code);
        // 1 P prepares at x only; to y and z it is in flight
        world.Begin("P", 30, number: 10, "v3");
        world.Deliver("P", "x");
        // 2 x comes back empty  3 the leader probes it, records its new incarnation with y and z, and seeds it
        world.Empty("x");
        world.Probe("x", "x2", Ballot.Of(1, 4, 5));
        world.Begin("L", 5, number: 5, "v1", incarnation: "x2");
        world.Deliver("L", "y", "z");
        world.Deliver("L", "y", "z");
        world.Seed("x", "x2", "L");
        // 4 another proposer has v2 acknowledged by y and x
        world.Begin("Q", 7, number: 7, "v2");
        world.Deliver("Q", "y", "x");
        world.Deliver("Q", "y", "x");
        Assert.True(world.Acknowledged("Q"));
        // 5 P's old prepare reaches z  6 P holds promises of z and of x, which forgot its own
        world.Deliver("P", "z");
        if (!world.Sending("P")) return "P has no majority";
        world.Deliver("P", "z", "y");
        return world.Acknowledged("P") && world.Follows("P") != "v2" ? "P acknowledged a value that does not know v2" : "P is one line with v2";
    }

    private sealed class Table
    {
        private readonly Deviations _code;
        private readonly Dictionary<string, AcceptorModel> _servers = new() { ["x"] = new("x"), ["y"] = new("y"), ["z"] = new("z") };
        private readonly Dictionary<string, Proposer> _proposers = [];
        private readonly Dictionary<string, List<Envelope>> _flying = [];
        private readonly Dictionary<string, ChangeResult> _results = [];
        private readonly Dictionary<string, string?> _follows = [];

        public Table(Deviations code)
        {
            _code = code;
            var value = new RegisterValue
            {
                Cluster = "six", Gen = 1, Cfg = _servers.Keys.ToImmutableSortedDictionary(s => s, s => s + "1", StringComparer.Ordinal), Leader = "v1", Term = 0, Seq = 0, LeaseMs = 6000, Rev = 0,
                Groups = ImmutableSortedDictionary.Create<string, GroupEntry>(StringComparer.Ordinal), Outbox = Outbox.Empty,
            };
            foreach (var (name, server) in _servers)
            {
                Probe(name, name + "1", Ballot.Of(1, 1, 0));
                server.Ask(new Request.Seed(name + "1", Ballot.Of(1, 1, 0), value.ToJson()));
            }
        }

        public void Begin(string who, ulong id, long number, string leader, string? incarnation = null) =>
            Take(who, new Proposer(id, [.. _servers.Keys]) { Deviations = _code }.Learn(Ballot.Of(1, number - 1, id)).Begin((current, _) =>
            {
                _follows[who] = current.Leader;
                return current with { Leader = leader, Seq = current.Seq + 1, Cfg = incarnation is null ? current.Cfg : current.Cfg.SetItem("x", incarnation) };
            }, fast: false));

        public void Deliver(string who, params string[] servers)
        {
            foreach (var server in servers)
            {
                var envelope = _flying[who].First(e => e.Server == server);
                _flying[who].Remove(envelope);
                Take(who, _proposers[who].Receive(server, envelope.Request, _servers[server].Ask(envelope.Request)));
            }
        }

        public void Empty(string server) => _servers[server].Flush();

        public void Probe(string server, string incarnation, Ballot ballot) =>
            _servers[server].Ask(new Request.Probe(incarnation, ballot, _servers[server].Ask(new Request.Probe("", Ballot.None, "")).Ticket));

        public void Seed(string server, string incarnation, string from) =>
            Assert.Equal(Answer.Ok, _servers[server].Ask(new Request.Seed(incarnation, _results[from].Ballot, _results[from].New!.ToJson())).Answer);

        public bool Sending(string who) => _proposers[who].HasSent;

        public bool Acknowledged(string who) => _results.GetValueOrDefault(who)?.Outcome == Outcome.Acknowledged;

        public string? Follows(string who) => _follows[who];

        private void Take(string who, ProposerStep step)
        {
            _proposers[who] = step.Next;
            // a second phase comes after the first: what is left of that stays in flight behind it
            _flying[who] = [.. step.Sends, .. _flying.GetValueOrDefault(who) ?? []];
            if (step.Result is { } result) _results[who] = result;
        }
    }
}
