using Contracts.Vocabulary;

namespace Arbiter.Core;

/// <summary>
/// Somebody asks for a planned move: a schedule, later an operator. It is carried out with the input that brings it or refused with it,
/// never later, and whoever asked is told which.
/// </summary>
/// <param name="Kind">The first word of the recorded reason: <c>scheduled</c>.</param>
/// <param name="Why">What stands behind it.</param>
internal sealed record MoveRequest(string Kind, string Why)
{
    /// <summary>Null: whoever is the armed standby.</summary>
    public NodeId? To { get; init; }
    /// <summary>The time of a schedule that it spends.</summary>
    public Firing? Firing { get; init; }
    /// <summary>Passes a hold-down, and nothing else.</summary>
    public bool Force { get; init; }
}

/// <summary>How a move takes the old holder down.</summary>
internal enum MoveKind
{
    /// <summary>Recording only: nobody is taken down.</summary>
    None,
    /// <summary>Now: the old holder does not serve well.</summary>
    Fence,
    /// <summary>Make before break: both are well, the old holder serves until the new one is MASTER.</summary>
    Yield,
}
