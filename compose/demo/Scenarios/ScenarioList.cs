using Contracts.Vocabulary;
using static Demo.Scenarios.Step;

namespace Demo.Scenarios;

/// <summary>All scenarios. At the beginning lb1 holds web (then lb2, lb3) and lb2 holds api (then lb3, lb1), everything is armed.</summary>
internal static class ScenarioList
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

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
            [new Press("kill-agent/lb1"), new Wait(TimeSpan.FromSeconds(7)), new Mend()],
            [Still("web"), Still("api")]),
        new("cut-gateway", "The holder alone loses its gateway: the arbiter moves the address to a node that has one.",
            [new Press("cut-gateway/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend()],
            [Moved("web", 1, 3000), Still("api")]),
        new("cut-all-gateways", "Every node loses its gateway: nobody would be better, nothing moves.",
            [new Press("cut-gateways"), new Wait(TimeSpan.FromSeconds(5)), new Mend()],
            [Still("web", "lb1"), Still("api", "lb2")]),
        new("isolate", "The cable of the holder is pulled: the others elect a new holder, and the old one takes itself out.",
            [new Press("isolate/lb1"), new Wait(TimeSpan.FromSeconds(8)), new Mend()],
            [Moved("web", 1, 3000), Still("api")]),
        new("split", "The holder and the others do not hear each other's adverts: two masters, until the split ends.",
            [new Press("split"), new Wait(TimeSpan.FromSeconds(3)), new Mend()],
            [new Expectation("web", (0, 2), Ms(1000)), new Expectation("api", (0, 2), Ms(1000))]),
        new("stop-redis", "One of three Redis servers is away, and haproxy of the holder dies meanwhile: as if nothing were.",
            [new Press("stop-redis/1"), new Wait(s_look), new Press("kill-haproxy/lb1"), new Wait(s_look), new Mend()],
            [Moved("web", 1, 400, "lb2"), Still("api")]),
        new("stop-two-redis", "The quorum is lost, and haproxy of the holder dies meanwhile: agents and VRRP move the address by themselves.",
            [new Press("stop-redis/1", "stop-redis/2"), new Wait(TimeSpan.FromSeconds(7)), new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(3)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("stop-broker", "The broker is away, and haproxy of the holder dies meanwhile: agents and VRRP move the address by themselves.",
            [new Press("stop-broker"), new Wait(s_look), new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("pause-leader", "The leading arbiter stands still, and haproxy of the holder dies meanwhile; another one takes over when the lease has run out.",
            [new Press("pause-leader"), new Wait(s_look), new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(8)), new Mend()],
            [Moved("web", 1, 1500), Still("api")]),
        new("stop-everything", "Broker, all Redis and all arbiters are gone: nothing moves. Then haproxy of the holder dies: it counts as sick, and VRRP elects.",
            [
                new Press("stop-broker", "stop-redis/1", "stop-redis/2", "stop-redis/3", "stop-arbiters"), new Wait(TimeSpan.FromSeconds(15)),
                new Until("nothing has moved", TimeSpan.FromSeconds(1), s => s.World.Groups.Any(g => g.Moves > 1) ? "an address moved" : null),
                new Press("kill-haproxy/lb1"), new Wait(TimeSpan.FromSeconds(4)), new Mend(),
            ],
            [Moved("web", 1, 1500), Still("api")]),
        new("recovery-of-all", "Everything that can be taken away is, and comes back: all is armed again without a hand.",
            [
                new Press("stop-broker", "stop-redis/1", "stop-redis/2", "stop-redis/3", "stop-arbiters", "cut-gateways", "kill-agent/lb3"),
                new Wait(TimeSpan.FromSeconds(8)), new Mend(),
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

    private static string? Armed(Snapshot now, params string[] broken) => Convergence.MissingOfGroups(now, [.. broken.Select(NodeId.Parse)]);

    private static Expectation Moved(string group, int moves, int longestMs, string? holder = null) => new(group, (moves, moves), Ms(longestMs), holder);

    private static Expectation Still(string group, string? holder = null) => new(group, (0, 0), TimeSpan.Zero, holder);

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
}
