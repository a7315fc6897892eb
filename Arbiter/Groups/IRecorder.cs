using Arbiter.Core;

namespace Arbiter.Groups;

/// <summary>Sees every state of every group and has recorded what is worth telling. Returns at once and never throws.</summary>
internal interface IRecorder
{
    public void Look(GroupState state, TimeSpan now);
}
