using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <param name="Rule">What is switched off.</param>
/// <param name="Theme">The trouble that shows it soonest.</param>
/// <param name="Seeds">At most so many until it is caught.</param>
internal sealed record Mutant(string Name, string Rule, Planted Planted, Theme Theme, int Seeds = 300, Func<Mix, Mix>? With = null)
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("silent-rejoin", "a server that restarted or was emptied does not vote", new Planted { SilentRejoin = true }, Theme.Disasters),
        new("no-ballot-check", "ACCEPT below the promise is refused", new Planted { NoBallotCheck = true }, Theme.Network),
        new("no-tickets", "the server makes the ticket", new Planted { NoTickets = true }, Theme.Disasters, 300, Dense),
        new("reused-id", "a proposer id is never used again", new Planted { ReusedId = true }, Theme.Processes),
        new("short-wait", "a candidate waits longer than the lease", new Planted { Settings = s => s with { ClockRate = -0.3 } }, Theme.Network),
        new("no-clock-rate", "the wait allows for the rates of two clocks", new Planted { Settings = s => s with { ClockRate = 0, Margin = TimeSpan.Zero } }, Theme.Processes, 300, Pauses),
        Code("quorum-of-half", "a majority is more than half", new Deviations { QuorumOfHalf = true }, Theme.Network),
        Code("first-value", "the value with the highest ballot goes on", new Deviations { FirstValue = true }, Theme.Network),
        Code("promise-used-twice", "an abandoned promise is not used again", new Deviations { PromiseUsedTwice = true }, Theme.Network, 300, m => m with { ProposeEvery = TimeSpan.FromSeconds(2) }),
        Code("lease-from-reply", "the lease counts from before the question", new Deviations { LeaseFromReply = true }, Theme.Network),
        Code("no-step-down", "a leader whose lease ran out steps down", new Deviations { NoStepDown = true }, Theme.Network),
        Code("no-guard", "speaking ends a guard before the lease", new Deviations { NoGuard = true }, Theme.Network),
        Code("compare-term-seq", "followers compare ballots", new Deviations { CompareTermAndSeq = true }, Theme.Network, 300, Nasty),
        Code("minority-is-known", "only what a majority holds is told", new Deviations { MinorityIsKnown = true }, Theme.Network, 600, m => m with { ProposeEvery = TimeSpan.FromSeconds(2) }),
        Code("unknown-is-refused", "an unknown outcome is not a refusal", new Deviations { UnknownIsRefused = true }, Theme.Network, 600, m => m with { ProposeEvery = TimeSpan.FromSeconds(2) }),
        new("status-without-lease", "the status of a replica is believed while it may speak", new Planted { StatusWithoutLease = true }, Theme.Processes, 300, Pauses),
        Code("epoch-unchecked", "an assignment is recorded over the epoch that its proposer saw", new Deviations { EpochUnchecked = true }, Theme.Network, 300, m => m with { Bursts = 0 }),
        Code("retried-blindly", "what is unknown is told, and not made again", new Deviations { RetriedBlindly = true }, Theme.Network, 300, m => m with { ProposeEvery = TimeSpan.FromSeconds(2) }),
        Code("refused-with-uncertain", "a refusal names as standing what a majority has", new Deviations { RefusedWithUncertain = true }, Theme.Network, 300, m => m with { ProposeEvery = TimeSpan.FromSeconds(2) }),
        Code("regressed-is-left", "a server whose memory was set back gives its vote back before a new generation", new Deviations { RegressedIsLeft = true }, Theme.Rollback),
        Code("no-raise", "a refused probe raises the ballot", new Deviations { NoRaise = true }, Theme.Everything, 300, Walls),
        Code("generation-plus-one", "a generation comes from a clock and from the nodes", new Deviations { GenerationPlusOne = true }, Theme.Disasters),
        Code("quarantine-without-tickets", "the quarantine is tied to tickets", new Deviations { QuarantineWithoutTickets = true }, Theme.Disasters, 300, Dense),
        Code("no-quarantine", "a new generation waits until no lease can run", new Deviations { NoQuarantine = true }, Theme.Disasters),
        Code("restore-without-all", "a new generation needs an answer of every server", new Deviations { RestoreWithoutAll = true }, Theme.Disasters),
        Code("count-every-seed", "only servers that sat the time out count", new Deviations { CountEverySeed = true }, Theme.Disasters, 300, Dense),
    ];

    /// <summary>Planted as well; no seed has met them, small scopes do (<see cref="Scope.RulesOff"/>).</summary>
    public static IReadOnlyList<Mutant> ByScope { get; } =
    [
        Code("incarnation-sent-again", "each probe has an incarnation of its own", new Deviations { IncarnationSentAgain = true }, Theme.Servers, 300, Dense),
        Code("no-cfg-before-probe", "an incarnation is written only over the one before the probe", new Deviations { NoCfgBeforeProbe = true }, Theme.Everything, 300, Dense),
        Code("seed-before-commit", "SEED follows the commit", new Deviations { SeedBeforeCommit = true }, Theme.Everything, 300, Dense),
        Code("no-retire", "a voter that the register does not know is retired", new Deviations { NoRetire = true }, Theme.Everything, 300, Dense),
    ];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Mutant Of(string name) => All.Concat(ByScope).FirstOrDefault(m => m.Name == name)
        ?? throw new ArgumentException($"SIMULATION_MUTANT='{name}': there are {string.Join(", ", All.Concat(ByScope).Select(m => m.Name))}");

    private static Mutant Code(string name, string rule, Deviations code, Theme theme, int seeds = 300, Func<Mix, Mix>? with = null) =>
        new(name, rule, new Planted { Code = code }, theme, seeds, with);

    /// <summary>A fault every other second.</summary>
    private static Mix Dense(Mix mix) => mix with { FaultEvery = TimeSpan.FromSeconds(2), Slow = Math.Max(mix.Slow, 0.1), Duplicate = 0.05 };

    /// <summary>A leader that stands still does not step down; its clock is slow as often as not.</summary>
    private static Mix Pauses(Mix mix) => mix with { Faults = [Fault.Pause], FaultEvery = TimeSpan.FromSeconds(5), ClockRate = 0.01 };

    /// <summary>Majorities lost again and again, by replicas whose wall clocks differ, on a network that loses answers.</summary>
    private static Mix Walls(Mix mix) => mix with
    {
        Faults = [Fault.RestartMany, Fault.WallJump, Fault.Storm, Fault.CutLink, Fault.Crash], FaultEvery = TimeSpan.FromSeconds(8), Replicas = 2, Loss = 0.05,
    };

    /// <summary>A short lease on a bad network.</summary>
    private static Mix Nasty(Mix mix) => Dense(mix) with { Loss = 0.1, Slow = 0.2, SlowMost = TimeSpan.FromSeconds(2) };

    public RunResult Run(ulong seed, bool story = false) => new QuorumRun(seed, Theme, Planted, story, With).Run();

    /// <summary>The first seed that shows it; null when it survives.</summary>
    public RunResult? Hunt()
    {
        // most show at once: few at first, then enough to keep every core busy
        for (int from = 1, many = Environment.ProcessorCount; from <= Seeds; from += many, many = Math.Min(many * 2, 32))
        {
            var results = new RunResult[Math.Min(many, Seeds - from + 1)];
            Parallel.For(0, results.Length, Replay.InParallel, i => results[i] = Run((ulong)(from + i)));
            if (results.FirstOrDefault(r => r.Broken is not null) is { } caught) return caught;
        }
        return null;
    }
}
