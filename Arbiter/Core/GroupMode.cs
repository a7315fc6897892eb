namespace Arbiter.Core;

/// <summary>Act: order. Observe: decide and show what would have been ordered, order nothing.</summary>
public enum GroupMode { Act, Observe }
