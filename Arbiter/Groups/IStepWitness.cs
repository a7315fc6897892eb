using Arbiter.Core;

namespace Arbiter.Groups;

/// <summary>Sees every step of every group before its effects are carried out, each group's in order. Returns at once and never throws.</summary>
internal interface IStepWitness
{
    public void Saw(Input input, Step step);
}
