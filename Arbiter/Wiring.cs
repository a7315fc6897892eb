using Arbiter.Cli;
using Arbiter.Configuration;
using Contracts.Vocabulary;

namespace Arbiter;

/// <summary>The commands' wishes, handed to the rooms that can fulfil them.</summary>
internal static class Wiring
{
    public static Loaded Load(string file) => new(null, [$"{file}: this build has no configuration room"]);

    public static Task<Outcome> Seed(ArbiterOptions options, CancellationToken stopping) =>
        Task.FromResult(new Outcome(Exit.Failed, $"this build has no register room for cluster {options.Cluster}"));

    public static string NodeKey(ArbiterOptions options, NodeId node) =>
        throw new CliException(Exit.Failed, $"this build has no signing room for {node} of {options.Cluster}");
}
