using Contracts.Vocabulary;
using NodeAgent.Configuration;

namespace NodeAgent.Core;

/// <summary>What one step of the core knows besides the state: the time, and where its effects go. Lives for one step only.</summary>
internal sealed class Turn(TimeSpan now, AgentState before)
{
    public TimeSpan Now { get; } = now;
    public AgentTimings Timings { get; } = before.Options.Timings;
    public NodeId Self { get; } = before.Options.Node;
    public string Process { get; } = before.Process;
    public string BootId { get; } = before.BootId;
    public Contracts.Vocabulary.ClusterName Cluster { get; } = before.Options.Cluster;
    public Deviations Deviations { get; } = before.Deviations;
    public bool Tilted { get; } = before.Tilted(now);
    public List<Effect> Effects { get; } = [];
    /// <summary>Something happened that the arbiter should hear at once, not at the next heartbeat.</summary>
    public bool Urgent { get; set; }

    public void Say(Severity severity, string code, string text) => Effects.Add(new Effect.Say(severity, code, text));
}
