using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Scope;

/// <param name="Rule">What is switched off.</param>
/// <param name="Breaks">The invariant that must fail.</param>
internal sealed record RuleOff(string Name, string Rule, string Breaks, Spec Spec)
{
    /// <summary>The same scope with the rule.</summary>
    public Func<Spec, Spec> Kept { get; init; } = spec => spec with { Planted = Planted.Nothing };
}

/// <summary>
/// Each rule switched off, in a scope small enough to meet what it prevents. Where that lies too deep, the scope begins with a script (its
/// <see cref="Spec.Start"/>), and everything is tried from there.
/// </summary>
internal static class RulesOff
{
    private static readonly string[] Led = ["a timer", "a>X PREPARE", "a>Y PREPARE", "a>X ACCEPT", "a>Y ACCEPT"];

    /// <summary>A proposer without a lease takes back the empty X: it meets it in a first change and writes its incarnation with a second.</summary>
    private static readonly string[] Probed = ["X restarts empty", "a timer", "a>X PROBE for", "a>X PROBE 1-"];

    private static readonly string[] Written = ["a>Y PREPARE", "a>Z PREPARE", "a>Y ACCEPT", "a>Z ACCEPT", "a>Y PREPARE", "a>Z PREPARE", "a>Y ACCEPT", "a>Z ACCEPT"];

    private static readonly string[] TwoBegin =
        ["a timer, hears Z", "b timer, hears Z", "Y restarts", "Z restarts", "a timer, hears Y Z", "a timer", "b timer, hears Y Z", "b timer", "b waits", "a waits"];

    public static IReadOnlyList<RuleOff> All { get; } =
    [
        Code("incarnation-rule", "a promise counts only with the incarnation that the register knows", "R1", new() { NoIncarnationRule = true },
            new("", "", [0, 1, 0]) { Volunteers = true, Numbers = [0, 5, 10], Start = ["a timer", "b timer", "c timer", "c timer", "c>X PREPARE", .. Probed, .. Written, "a>X SEED"] }),
        Own("silent-rejoin-empty", "a server that was emptied does not vote", "R1", new() { SilentRejoin = true }, new("", "", [2, 1]) { Waits = [0, 1], Wipes = 1, Start = Led }),
        Own("silent-rejoin-rolled-back", "a server that restarted with older data does not vote", "R1", new() { SilentRejoin = true }, new("", "", [2, 1]) { Waits = [0, 1], Tails = 1, Start = Led }),
        Own("no-ballot-check", "ACCEPT below the promise is refused", "R2", new() { NoBallotCheck = true }, new("", "", [2, 1])),
        Own("no-tickets", "the server makes the ticket", "R1", new() { NoTickets = true }, new("", "", [0, 0, 1])
        {
            Volunteers = true, Numbers = [0, 0, 10],
            Start = ["a timer", "c timer", .. Probed[..^1], "a>X PROBE 1-*again", .. Written, "a>X SEED*again", "a timer", "a>X PREPARE 1.6",
                "a>Y PREPARE 1.6", "a>X ACCEPT 1.6", "a>Y ACCEPT 1.6", "X restarts empty"],
        }),
        Code("incarnation-sent-again", "each probe has an incarnation of its own", "R1", new() { IncarnationSentAgain = true },
            new("", "", [0, 1, 0]) { Volunteers = true, Numbers = [0, 9, 12], Start = ["a timer", "b timer", "c timer", .. Probed, .. Written, "a>X SEED", "c timer", "c>X PREPARE", .. Probed, .. Written, "a>X SEED"] }),
        Code("no-cfg-before-probe", "an incarnation is written only over the one before the probe", "R4", new() { NoCfgBeforeProbe = true },
            new("", "", [0, 0]) { Volunteers = true, Numbers = [0, 5], Start = ["Z restarts empty", "a timer", "b timer"] }),
        Code("seed-before-commit", "SEED follows the commit", "R1", new() { SeedBeforeCommit = true }, new("", "", [3, 0])
        {
            Wipes = 1, Hears = [1], Start = [.. Led, "a>Z ACCEPT", "b timer", "b waits", "b>X PREPARE", "b>Z PREPARE", "b>X ACCEPT", "b>Z ACCEPT"],
        }),
        Code("no-retire", "a voter that the register does not know is retired", "H3", new() { NoRetire = true }, new("", "", [2, 1]) { Without = 4, MustHeal = true }),
        Code("generation-plus-one", "a generation comes from a clock and from the nodes", "L3", new() { GenerationPlusOne = true }, new("", "", [0, 2])
        {
            Waits = [0, 1], Wipes = 1,
            Start = ["b timer, hears X", "a timer, hears X", "X restarts empty", "Y restarts empty", "Z restarts empty", "a timer", "a timer", "a waits", "a>X PROBE", "a>Y PROBE", "a>Z PROBE",
                "a>X SEED", "a>Y SEED", "X restarts empty", "Y restarts empty"],
        }),
        Code("restore-without-all", "a new generation needs an answer of every server", "R6", new() { RestoreWithoutAll = true }, new("", "", [2, 0])
        {
            Waits = [1, 0], Hears = [3, 5, 6],
            Start = ["a timer, hears Z", "b timer", "b>X PREPARE", "b>Y PREPARE", "b>X ACCEPT", "b>Y ACCEPT", "X restarts empty", "Z restarts empty", "a timer, hears X Z"],
        }),
        Code("count-every-seed", "only servers that sat the time out count", "R4", new() { CountEverySeed = true },
            new("", "", [1, 0]) { Waits = [1, 0], Restarts = 1, Start = ["a timer, hears Z", "Y restarts", "Z restarts", "a timer, hears Y Z", "a timer"] }),
        Code("tickets-refreshed", "a server that lost its memory during the round ends it", "L3", new() { TicketsRefreshed = true }, new("", "", [0, 0]) { Wipes = 2, Start = TwoBegin }),
        Own("short-wait", "a candidate waits longer than the lease", "L1", new() { Settings = s => s with { ClockRate = -0.3 } },
            new("", "", [1, 4]) { Seconds = 4, Start = ["a second passes", .. Led, "b timer"] }),
        Own("no-clock-rate", "the wait allows for the rates of two clocks", "L1", new() { Settings = s => s with { ClockRate = 0, Margin = TimeSpan.Zero } },
            new("", "", [0, 3]) { Seconds = 4, ClockError = true, Start = ["a second passes", .. Led, "b timer"] }),
        Own("disk-forgets", "a disk that is trusted keeps what it confirmed", "R1", Planted.Nothing, new("", "", [0, 1])
            { Trust = true, Tails = 1, Waits = [0, 1], Start = [.. Led, "a>Z PREPARE", "a>Z ACCEPT", "b timer", "a timer", "a timer", "a>X ACCEPT", "a>Y ACCEPT", "Y restarts"] })
            with { Kept = s => s with { Tails = 0, Restarts = 1 } },
        Code("quarantine-without-tickets", "the quarantine is tied to tickets", "L1", new() { QuarantineWithoutTickets = true }, new("", "", [0, 1])
        {
            Seconds = 1, Restarts = 2,
            Start = ["a second passes", .. Led, "a>Z PREPARE", "a>Z ACCEPT", "b timer", "Y restarts", "Z restarts", "a second passes", "a timer", "b timer", "a second passes", "a timer", "a>X ACCEPT", "a>Y ACCEPT", "a>Z ACCEPT", "b timer",
                "a second passes", "a second passes", "a timer", "a second passes", "a second passes", "a second passes", "a timer",
                "a>X PREPARE", "a>Y PROBE 1-g", "a>Z PROBE 1-g", "a>X ACCEPT", "a>Y SEED", "a>Z SEED"],
        }),
        Code("no-quarantine", "a new generation waits until no lease can run", "L1", new() { NoQuarantine = true },
            new("", "", [0, 3]) { Seconds = 3, Start = ["a second passes", .. Led, "b timer, hears X", "Y restarts", "Z restarts"] }),
    ];

    public static RuleOff? Of(string name) => All.FirstOrDefault(r => r.Name == name);

    private static RuleOff Code(string name, string rule, string breaks, Deviations off, Spec spec) => Own(name, rule, breaks, new Planted { Code = off }, spec);

    /// <summary>Where a rule is off, which server is first may matter: renamed servers are told apart.</summary>
    private static RuleOff Own(string name, string rule, string breaks, Planted off, Spec spec) =>
        new(name, rule, breaks, spec with { Name = name, Text = $"without the rule: {rule}", Planted = off, Symmetric = false, CiStates = 600_000 });
}
