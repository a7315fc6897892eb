namespace Simulation.Scope;

/// <summary>The scopes in which every rule holds (docs/simulation.md). Those of a short run are bounded by states; a long one goes on.</summary>
internal static class Scopes
{
    /// <summary>a leads, and all three have its value.</summary>
    private static readonly string[] Led = ["a timer", "a>X PREPARE", "a>Y PREPARE", "a>X ACCEPT", "a>Y ACCEPT", "a>Z ACCEPT"];

    /// <summary>Two proposers meet an empty server.</summary>
    private static readonly string[] OneEmpty = ["Z restarts empty", "a timer", "b timer"];

    /// <summary>Y and Z restarted, a and b have watched them for long enough, and both begin a new generation.</summary>
    private static readonly string[] TwoBegin =
        ["a timer, hears Z", "b timer, hears Z", "Y restarts", "Z restarts", "a timer, hears Y Z", "a timer", "b timer, hears Y Z", "b timer", "b waits", "a waits"];

    public static IReadOnlyList<Spec> All { get; } =
    [
        new("wipe", "a leader and a candidate; a server restarts empty and is taken back", [3, 2]) { Waits = [0, 1], Wipes = 1, Start = Led },
        new("any-proposer", "three proposers without a lease, two of them twice; one server restarts empty, whoever meets it takes it back", [2, 2, 1]) { Volunteers = true, Wipes = 1 },
        new("two-probes", "two proposers take back what restarted empty and what was flushed", [1, 1])
            { Volunteers = true, Wipes = 1, Flushes = 1, Doubles = 1, Start = ["a timer", "b timer"] },
        new("one-probe", "two proposers take back one empty server", [0, 0]) { Volunteers = true, Numbers = [0, 5], Start = OneEmpty, CiStates = 400_000 },
        new("one-probe-again", "the same, each with one more try, and a question that arrives twice", [1, 1]) { Volunteers = true, Doubles = 1, Start = OneEmpty },
        new("late-answers", "the first of these, and answers come as late as they like", [0, 0]) { Volunteers = true, LateAnswers = true, Numbers = [0, 5], Start = OneEmpty },
        new("five", "five servers, two restart empty", [2, 1]) { Servers = 5, Volunteers = true, Wipes = 2, CiStates = 60_000 },
        new("stop", "a leader is asked to stop while another takes over and a server restarts empty", [2, 2]) { Waits = [0, 1], Stops = 1, Wipes = 1, Start = Led },
        new("retire", "force-seed left out a server that was alive: its vote is withdrawn and it is taken back", [2, 1]) { Without = 4, MustHeal = true },
        new("reborn", "a leader is killed at any moment, and another process begins in its place without its memory, beside a candidate", [1, 1, 1]) { Heirs = [2, -1, -1], Waits = [0, 1, 1], Start = Led, CiStates = 200_000 },
        new("reborn-wipe", "a leader is killed, another process begins in its place, and a server restarts empty and is taken back by either", [1, 0, 2]) { Heirs = [2, -1, -1], Waits = [0, 0, 1], Wipes = 1, Start = Led },
        new("trusted", "disks are trusted: a majority restarts with what it kept, and votes again", [1, 2]) { Trust = true, Restarts = 2, Waits = [0, 1], Start = Led, CiStates = 60_000 },
        new("new-generation", "a majority loses its memory, and more restart empty meanwhile", [1, 1])
            { Waits = [1, 0], Wipes = 2, Start = ["a timer, hears Z", "b timer, hears Z", "Y restarts", "Z restarts", "a timer, hears Y Z", "a timer"] },
        new("two-new-generations", "two replicas begin one at once, and two servers restart empty in between", [0, 0]) { Wipes = 2, Start = TwoBegin, CiStates = 200_000 },
        new("two-new-generations-restarts", "the same with restarts that keep the data", [0, 0]) { Restarts = 2, Start = TwoBegin, CiStates = 200_000 },
        new("two-new-generations-change", "the same, with one change by each, and one server that restarts empty", [1, 1]) { Wipes = 1, Start = TwoBegin, CiStates = 60_000 },
        new("two-new-generations-changes", "the same, with two changes by each, and one server that restarts empty", [2, 2]) { Waits = [0, 1], Wipes = 1, Start = TwoBegin },
        new("new-generation-retire", "a majority loses its memory while a server votes that the register does not know", [2, 1])
            { Waits = [1, 1], Without = 4, Wipes = 1, Start = ["a timer, hears X", "b timer, hears X", "X restarts", "a timer, hears X Z"] },
        new("new-generation-five", "three of five lose their memory, two replicas begin at once, and one more server restarts", [0, 0])
        {
            Servers = 5, Restarts = 1, Wipes = 1, CiStates = 60_000,
            Start = ["a timer, hears X", "b timer, hears X", "X restarts", "Y restarts", "Z restarts", "a timer, hears X Y Z", "a timer", "b timer, hears X Y Z", "b timer", "b waits", "a waits"],
        },
        new("leases", "a leader and a candidate with clocks; a server restarts empty", [3, 3])
            { Seconds = 7, Wipes = 1, Start = ["a second passes", .. Led, "b timer"] },
        new("leases-rates", "a leader and a candidate whose clocks run a tenth fast or slow, each second anew", [2, 3]) { Seconds = 6, ClockError = true, CiStates = 60_000, Start = ["a second passes", .. Led, "b timer"] },
        new("leases-stop", "the lease is given back while another waits for it", [2, 3]) { Seconds = 6, Stops = 1, Start = ["a second passes", .. Led, "b timer"] },
        new("leases-retire", "leases, and a server votes that the register does not know", [3, 3]) { Seconds = 7, Without = 4, Start = ["a second passes", "a timer"] },
        new("leases-new-generation", "a majority loses its memory under a leader, and another waits out its lease", [1, 4])
            { Seconds = 9, Start = ["a second passes", .. Led, "b timer, hears X", "Y restarts", "Z restarts", "a second passes", "b timer, hears Y Z"] },
    ];
}
