using Contracts.Vocabulary;

namespace Arbiter.History;

/// <summary>Keys of the streams. A group's name begins with a letter or digit, so the cluster's own "-" is no group's.</summary>
internal sealed record StreamNames(ClusterName Cluster)
{
    /// <summary>Entries of one stream, about; the oldest go first.</summary>
    public const int Most = 100_000;

    public string Events(string? group) => $"vip:{Cluster}:history:{group ?? "-"}";

    /// <summary>What became of decisions: an id here is the id of the decision there.</summary>
    public string Outcomes(string? group) => $"vip:{Cluster}:outcome:{group ?? "-"}";
}
