using NodeAgent.Core;

namespace NodeAgent;

/// <summary>Sees each step of the agent after it was carried out, on the loop's own turn: returns at once and never throws.</summary>
internal interface IStepWatch
{
    public void Stepped(AgentState before, Input input, AgentState after);
}
