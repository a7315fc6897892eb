using Contracts.Vocabulary;
using NodeAgent.Core;

namespace NodeAgent;

/// <summary>
/// What an agent does besides thinking and telling the arbiter. None of it waits, throws or takes a turn: what comes of it arrives later as an input.
/// </summary>
internal interface IAgentHands
{
    /// <summary>Writes a steering file now; a failure comes back as <see cref="Input.WriteFailed"/>.</summary>
    public void Write(Effect.Write write);

    /// <summary>Saves what is obeyed; comes back as <see cref="Input.Persisted"/>.</summary>
    public void Persist(Effect.Persist persist);

    /// <summary>Takes another sample of a probe out of turn.</summary>
    public void Repeat(string probe);

    /// <summary>Asks the service behind a VIP from now on, or nobody.</summary>
    public void Ask(GroupName group, Uri? address);

    public void Say(Effect.Say say);

    /// <summary>The group's steering files, once a second; null: nothing to say of them.</summary>
    public Input? LookAt(GroupState group, TimeSpan now);

    /// <summary>A tick was done: the loop lives.</summary>
    public void Ticked(TimeSpan now);
}
