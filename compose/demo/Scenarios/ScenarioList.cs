using Arbiter.Quorum;
using Contracts.Vocabulary;
using Demo.Replicas;
using static Demo.Scenarios.Step;

namespace Demo.Scenarios;

/// <summary>All scenarios. At the beginning lb1 holds web (then lb2, lb3) and lb2 holds api (then lb3, lb1), everything is armed.</summary>
internal static class ScenarioList
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // that a fault is there, for what would go the same way without it
    private static readonly Until s_silent = Seen("the arbiter misses the agent", s => s.Leader?.Status.Groups[0].Members.Any(m => m.Node.Value == "lb1" && m.Stale) == true);
    private static readonly Until s_noGateway = Seen("every node misses its gateway", s => s.Leader?.Status.Groups[0].Members.All(m => m.Reading is { Health: Health.SoftBad }) == true);
    private static readonly Until s_twoMasters = Seen("two nodes have an address", s => s.World.Groups.Any(g => g.Holders.Length > 1));
    private static readonly Until s_oneServerAway = Seen("the leader misses a server", s => s.Leader?.Register.Acceptors.Count(a => a.State != "voting") == 1);
    private static readonly Until s_noQuorum = Seen("nobody leads", s => s.Leader is null && s.Running.All(r => r.Register.State == RegisterState.QuorumLost));
    private static readonly Until s_noBus = Seen("no arbiter has a bus", s => s.Running.All(r => !r.Status.BusConnected));
    private static readonly Until s_onePaused = Seen("one arbiter stands still", s => s.Running.Length == DemoSetup.Replicas.Count - 1);
    private static readonly Until s_nobodyRuns = Seen("no arbiter runs", s => s.Running.IsEmpty);
    private static readonly Until s_allAway = Seen("no gateway, and no agent on lb3", s => s.World.Nodes.All(n => n.GatewayCut && n.AgentAlive == (n.Name.Value != "lb3")));

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("kill-haproxy", "haproxy of the holder dies: its agent takes it out at once, the armed standby follows.",
            [new Press("kill-haproxy/lb1"), new Wait(s_look), new Mend()],
            [Moved("web", 1, 400, "lb2"), Still("api")]),
        new("hang-haproxy", "haproxy of the holder answers nothing any more: the health probe notices after three misses.",
            [new Press("hang-haproxy/lb1"), new Wait(s_look), new Mend()],
            [Moved("web", 1, 2000, "lb2"), Still("api")]),
        new("kill-haproxy-both", "haproxy dies on the holder and on its standby at the same time: the third node takes over.",
            [new Press("kill-haproxy/lb1", "kill-haproxy/lb2"), new Wait(TimeSpan.FromSeconds(6)), new Mend()],
            [new Expectation("web", (1, 3), Ms(3000)), new Expectation("api", (1, 3), Ms(3000))]),
        new("kill-keepalived", "keepalived of the holder dies and leaves its address behind: the others elect, the agent cleans up.",
            [new Press("kill-keepalived/lb1"), new Wait(TimeSpan.FromSeconds(5)), new Mend()],
            [Moved("web", 1, 2000), Still("api")]),
        new("kill-agent", "The agent of the holder dies: silence is not death, nothing moves.",
            [new Press("kill-agent/lb1"), new Wait(TimeSpan.FromSeconds(7)), s_silent, new Mend()],
            [Still("web"), Still("api")]),
        new("cut-gateway", "The holder alone loses its gateway: the arbiter moves the address to a node that has one.",
            [new Press("cut-gateway/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend()],
            [Moved("web", 1, 3000), Still("api")]),
        new("cut-all-gateways", "Every node loses its gateway: nobody would be better, nothing moves.",
            [new Press("cut-gateways"), new Wait(TimeSpan.FromSeconds(5)), s_noGateway, new Mend()],
            [Still("web", "lb1"), Still("api", "lb2")]),
        new("isolate", "The cable of the holder is pulled: the others elect a new holder, and the old one takes itself out.",
            [new Press("isolate/lb1"), new Wait(TimeSpan.FromSeconds(8)), new Mend()],
            [Moved("web", 1, 3000), Still("api")]),
        new("split", "The holder and the others do not hear each other's adverts: two masters, until the split ends.",
            [new Press("split"), s_twoMasters, new Wait(TimeSpan.FromSeconds(3)), new Mend()],
            [new Expectation("web", (0, 2), Ms(1000)), new Expectation("api", (0, 2), Ms(1000))]),
        new("stop-redis", "One of three Redis servers is away, and haproxy of the holder dies meanwhile: as if nothing were.",
            [new Press("stop-redis/1"), new Wait(s_look), s_oneServerAway, new Press("kill-haproxy/lb1"), new Wait(s_look), new Mend()],
            [Moved("web", 1, 400, "lb2"), Still("api")]),
        new("stop-two-redis", "The quorum is lost, and haproxy of the holder dies meanwhile: agents and VRRP move the address by themselves.",
            [new Press("stop-redis/1", "stop-redis/2"), new Wait(TimeSpan.FromSeconds(7)), s_noQuorum, new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(3)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("stop-broker", "The broker is away, and haproxy of the holder dies meanwhile: agents and VRRP move the address by themselves.",
            [new Press("stop-broker"), new Wait(s_look), s_noBus, new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("pause-leader", "The leading arbiter stands still, and haproxy of the holder dies meanwhile; another one takes over when the lease has run out.",
            [new Press("pause-leader"), new Wait(s_look), s_onePaused, new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(8)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("stop-everything", "Broker, all Redis and all arbiters are gone: nothing moves. Then haproxy of the holder dies: it counts as sick, and VRRP elects.",
            [
                new Press("stop-broker", "stop-redis/1", "stop-redis/2", "stop-redis/3", "stop-arbiters"), new Wait(TimeSpan.FromSeconds(15)),
                s_nobodyRuns, new Until("nothing has moved", TimeSpan.FromSeconds(1), NotMoved),
                new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend(),
            ],
            [Moved("web", 1, 1500), Still("api")]),
        new("recovery-of-all", "Everything that can be taken away is, and comes back: all is armed again without a hand.",
            [
                new Press("stop-broker", "stop-redis/1", "stop-redis/2", "stop-redis/3", "stop-arbiters", "cut-gateways", "kill-agent/lb3"),
                new Wait(TimeSpan.FromSeconds(8)), s_nobodyRuns, s_allAway, new Mend(),
            ],
            [Still("web", "lb1"), Still("api", "lb2")]),
        new("failover-chain", "One holder after the other dies: lb1, then lb2, each time the next one was armed before.",
            [
                new Press("kill-haproxy/lb1"),
                new Until("lb2 holds and lb3 is ready", s_patience, s => s.Group("web").Holders is [{ Value: "lb2" }] ? Armed(s, "lb1") : "lb2 does not hold web"),
                new Press("kill-haproxy/lb2"),
                new Until("lb3 holds", s_patience, s => s.Group("web").Holders is [{ Value: "lb3" }] && s.Group("web").Served ? null : "lb3 does not hold web"),
                new Wait(s_look), new Mend(),
            ],
            [Moved("web", 2, 400, "lb3"), Moved("api", 1, 400, "lb3")]),
    ];

    private static Until Seen(string what, Func<Snapshot, bool> so) => new(what, s_patience, s => so(s) ? null : "it is not so");

    private static string? NotMoved(Snapshot now) =>
        now.Group("web").Holders is [{ Value: "lb1" }] && now.Group("api").Holders is [{ Value: "lb2" }] ? null : "an address moved";

    private static string? Armed(Snapshot now, params string[] broken) => Convergence.MissingOfGroups(now, [.. broken.Select(NodeId.Parse)]);

    private static Expectation Moved(string group, int moves, int longestMs, string? holder = null) => new(group, (moves, moves), Ms(longestMs), holder);

    private static Expectation Still(string group, string? holder = null) => new(group, (0, 0), TimeSpan.Zero, holder);

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
}
