using Arbiter.Core;

namespace Arbiter.Groups;

/// <summary>Sees each step of each group after it was taken, on the group's own turn: must return at once and never throw.</summary>
internal interface IStepWatch
{
    public void Stepped(GroupState before, Input input, Step step);
}
