namespace Arbiter.Tests.Quorum.Linearizability;

/// <summary>One operation of a client on a shared object, with the time in which it took effect at some moment.</summary>
/// <param name="Call">Before it was sent; any unit, one clock for all clients.</param>
/// <param name="Return">After the answer was read; null: nobody heard an answer, so it may take effect at any later time, or never.</param>
/// <param name="What">What was asked and answered, for the object's model to judge.</param>
/// <param name="Client">For people.</param>
internal sealed record Operation<TWhat>(long Call, long? Return, TWhat What, string Client = "")
{
    public override string ToString() => $"[{Call}..{(Return is { } at ? at.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?")}] {Client} {What}".Replace("  ", " ");
}

/// <summary>What an object may answer when its operations come one after the other.</summary>
internal interface IObjectModel<TState, TWhat> where TState : IEquatable<TState>
{
    /// <summary>Before the first operation.</summary>
    public TState Initial { get; }

    /// <summary>A state of which nothing is known: any first answer fits. From it a part of a history can be judged alone.</summary>
    public TState Anything { get; }

    /// <summary>Whether the object could have answered so in this state, and its state afterwards.</summary>
    public bool TryStep(TState state, TWhat what, out TState next);
}
