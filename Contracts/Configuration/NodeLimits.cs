namespace Contracts.Configuration;

/// <summary>How much one node may be given, the same in agent.yaml and arbiter.yaml: what the arbiter lets through, the agent takes (docs/configuration.md).</summary>
public static class NodeLimits
{
    /// <summary>All its groups come in one order.</summary>
    public const int MostGroups = 32;

    /// <summary>Of one group.</summary>
    public const int MostVips = 64;
}
