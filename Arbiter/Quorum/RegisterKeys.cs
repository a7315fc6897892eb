using Contracts.Vocabulary;

namespace Arbiter.Quorum;

/// <summary>What the register's two keys are called on each server (docs/quorum.md).</summary>
internal static class RegisterKeys
{
    public static string Register(ClusterName cluster) => $"vip:{cluster}:reg";

    /// <summary>There only while the server does not vote.</summary>
    public static string Probe(ClusterName cluster) => $"vip:{cluster}:probe";
}
