using Contracts.Vocabulary;

namespace Contracts.Messages;

/// <summary>What every message says first: its schema version and the cluster it belongs to.</summary>
public interface IMessage
{
    /// <summary>The version this program writes and understands.</summary>
    public const int CurrentVersion = 1;

    public int V { get; }
    public ClusterName Cluster { get; }
}
