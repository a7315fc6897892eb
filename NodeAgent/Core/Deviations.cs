namespace NodeAgent.Core;

/// <summary>
/// Rules of the agent, each of which can be switched off so that the simulator is seen to notice (docs/invariants.md). Only tests make one
/// other than <see cref="None"/>; no configuration leads here.
/// </summary>
internal sealed record Deviations
{
    public static Deviations None { get; } = new();

    /// <summary>254 is written although keepalived is BACKUP.</summary>
    public bool HolderWhileBackup { get; init; }
    /// <summary>A fence does not end at its deadline.</summary>
    public bool FenceWithoutDeadline { get; init; }
    /// <summary>A node that left MASTER keeps its priority.</summary>
    public bool PriorityKept { get; init; }
    /// <summary>A new process begins without what was obeyed before.</summary>
    public bool EpochForgotten { get; init; }
    /// <summary>An order may echo any nonce, however old.</summary>
    public bool NonceUnchecked { get; init; }
    /// <summary>Neither signature nor node of an order are looked at.</summary>
    public bool OrderUnverified { get; init; }
    /// <summary>An order that was taken is taken again.</summary>
    public bool OrderTakenAgain { get; init; }
    /// <summary>The order of an epoch fences again when its fence has run out.</summary>
    public bool FenceAgain { get; init; }
    /// <summary>A fenced node keeps its priority.</summary>
    public bool PriorityKeptInFence { get; init; }
    /// <summary>A starting agent goes to its base whatever it finds.</summary>
    public bool LoweredAtStart { get; init; }
    /// <summary>An agent that ends goes to its base whatever it is.</summary>
    public bool LoweredAtEnd { get; init; }
    /// <summary>Without a valid order the node goes to its base, whatever its policy says.</summary>
    public bool ReleasedAlone { get; init; }
    /// <summary>A hard failure does not lower.</summary>
    public bool SickIgnored { get; init; }
    /// <summary>A node that was just fenced is made holder although keepalived has not spoken yet.</summary>
    public bool FaultNotAwaited { get; init; }
    /// <summary>A fence for isolation does not end with it.</summary>
    public bool IsolationKept { get; init; }
}
