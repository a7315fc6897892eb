namespace Simulation.Scope;

internal enum Does
{
    /// <summary>A process's next timer fires; the round of reads that it may begin is heard from the servers in <see cref="Move.Bits"/>.</summary>
    Timer,
    /// <summary>A process has waited for longer than any lease.</summary>
    Wait,
    /// <summary>A question arrives; <see cref="Move.Bits"/> 1: its answer is heard (otherwise lost, or on its way), 2: it will arrive once more.</summary>
    Arrive,
    /// <summary>An answer arrives.</summary>
    Return,
    /// <summary>A server loses its memory, <see cref="Move.Bits"/> is how.</summary>
    Lose,
    /// <summary>A process is asked to stop.</summary>
    Stop,
    /// <summary>A process is killed, and another begins in its place.</summary>
    Kill,
    /// <summary>A second passes on every clock; where clocks err, fast for those in <see cref="Move.Bits"/>.</summary>
    Second,
}

/// <param name="Who">The process or the server.</param>
internal readonly record struct Move(Does Does, byte Who, byte Bits, int Message)
{
    public const int Heard = 1, Again = 2;
}
