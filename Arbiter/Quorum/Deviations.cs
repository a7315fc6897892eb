namespace Arbiter.Quorum;

/// <summary>
/// Rules of the register, each of which can be switched off so that the simulator is seen to notice (docs/invariants.md). Only tests make one
/// other than <see cref="None"/>; no configuration leads here.
/// </summary>
internal sealed record Deviations
{
    public static Deviations None { get; } = new();

    /// <summary>Half of the servers are enough.</summary>
    public bool QuorumOfHalf { get; init; }
    /// <summary>A promise counts whatever the server's incarnation.</summary>
    public bool NoIncarnationRule { get; init; }
    /// <summary>The first value met goes on, not the one with the highest ballot.</summary>
    public bool FirstValue { get; init; }
    /// <summary>The promise taken along may be used again after its change was given up.</summary>
    public bool PromiseUsedTwice { get; init; }
    /// <summary>The lease counts from the answer, not from before the question.</summary>
    public bool LeaseFromReply { get; init; }
    /// <summary>A leader whose lease ran out goes on.</summary>
    public bool NoStepDown { get; init; }
    /// <summary>Speaks until the very end of the lease.</summary>
    public bool NoGuard { get; init; }
    /// <summary>A follower's wait is restarted by another (term, seq), not by another ballot.</summary>
    public bool CompareTermAndSeq { get; init; }
    /// <summary>A value that one server holds is told as certain.</summary>
    public bool MinorityIsKnown { get; init; }
    /// <summary>An unknown outcome is told as refused.</summary>
    public bool UnknownIsRefused { get; init; }
    /// <summary>An assignment is recorded whatever epoch its proposer saw.</summary>
    public bool EpochUnchecked { get; init; }
    /// <summary>A change whose outcome is unknown is made again, over whatever stands by then.</summary>
    public bool RetriedBlindly { get; init; }
    /// <summary>A refusal names what it was refused for as standing, whether or not a majority has it.</summary>
    public bool RefusedWithUncertain { get; init; }
    /// <summary>The same incarnation at each try to take a server back.</summary>
    public bool IncarnationSentAgain { get; init; }
    /// <summary>An incarnation is written whatever the register said when the server was probed.</summary>
    public bool NoCfgBeforeProbe { get; init; }
    /// <summary>A probed server is seeded although its incarnation is not certain to stand.</summary>
    public bool SeedBeforeCommit { get; init; }
    /// <summary>A voter that the register does not know is left alone.</summary>
    public bool NoRetire { get; init; }
    /// <summary>A refused probe does not raise the ballot.</summary>
    public bool NoRaise { get; init; }
    /// <summary>A server whose memory was set back is left alone while a majority is lost.</summary>
    public bool RegressedIsLeft { get; init; }
    /// <summary>The highest generation seen plus one.</summary>
    public bool GenerationPlusOne { get; init; }
    /// <summary>A majority is watched by whether it votes, not by its tickets.</summary>
    public bool QuarantineWithoutTickets { get; init; }
    /// <summary>A server that lost its memory during the round for a new generation is asked again with its new ticket.</summary>
    public bool TicketsRefreshed { get; init; }
    /// <summary>No waiting before a new generation.</summary>
    public bool NoQuarantine { get; init; }
    /// <summary>A new generation begins with those that answer.</summary>
    public bool RestoreWithoutAll { get; init; }
    /// <summary>Any majority of answers begins a new generation, whoever sat the time out.</summary>
    public bool CountEverySeed { get; init; }
}
