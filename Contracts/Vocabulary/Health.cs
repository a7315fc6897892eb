namespace Contracts.Vocabulary;

/// <summary>The debounced state of one probe. A probe that has never been good is unknown, never down.</summary>
public enum ProbeState { Unknown, Up, Down }

/// <summary>Hard: its failure means this node cannot serve (its own proxy). Soft: only a reason to prefer another node.</summary>
public enum ProbeClass { Hard, Soft }

/// <summary>A node's health in a group: the worst of its probes, by class.</summary>
public enum Health { Unknown, Good, SoftBad, HardBad }
