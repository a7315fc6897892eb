namespace Arbiter.Core;

/// <summary>
/// Rules of the decisions, each of which can be switched off so that the simulator is seen to notice (docs/invariants.md). Only tests make one
/// other than <see cref="None"/>; no configuration leads here.
/// </summary>
internal sealed record DecisionDeviations
{
    public static DecisionDeviations None { get; } = new();

    /// <summary>A standby is armed and disarmed also while the holder is fenced and nobody is MASTER yet.</summary>
    public bool StandbyInMoves { get; init; }
}
