using System.Globalization;
using System.Text;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>What a failing seed of the whole system says, and how it is run again.</summary>
internal static class ClusterReplay
{
    public static string Command(ulong seed, string? mutant = null) =>
        $"{Replay.Variable}={seed.ToString(CultureInfo.InvariantCulture)} {Replay.Planted(mutant)}artifacts/bin/Simulation/release/Simulation -method '*One_cluster_seed_is_told*'";

    /// <param name="again">The same run with its story.</param>
    public static string Describe(ClusterResult result, Func<ClusterResult> again, int lines = 100, ClusterMutant? mutant = null)
    {
        var text = new StringBuilder();
        var mix = result.Mix;
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Broken ?? "every invariant held"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {result.Seed}, {mix.Theme}, {mix.Nodes} nodes, {mix.Groups} groups, advert {mix.Advert.TotalSeconds} s, {mix.Register.Replicas} arbiters, {mix.Register.Servers} servers, at {result.At.TotalSeconds:0.000} s, trace hash {result.Hash:x16}, version {Replay.Commit}");
        if (mutant is not null) text.AppendLine(CultureInfo.InvariantCulture, $"planted: {mutant.Name}, so without the rule that {mutant.Rule}");
        text.AppendLine(CultureInfo.InvariantCulture, $"replay: {Command(result.Seed, mutant?.Name)}");
        foreach (var line in again().Story.TakeLast(lines)) text.AppendLine(line);
        return text.ToString();
    }
}
