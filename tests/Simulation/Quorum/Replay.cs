using System.Globalization;
using System.Reflection;
using System.Text;
using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>What a failing seed says, and how it is run again.</summary>
internal static class Replay
{
    /// <summary>Names one seed, which is then told as a story.</summary>
    public const string Variable = "SIMULATION_SEED";

    /// <summary>Seeds are independent: as many at a time as there are cores, each on one thread.</summary>
    public static ParallelOptions InParallel { get; } = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    public static string Commit => typeof(LeaderLease).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static string Command(ulong seed) =>
        $"{Variable}={seed.ToString(CultureInfo.InvariantCulture)} artifacts/bin/Simulation/release/Simulation -method '*One_seed_is_told*'";

    /// <param name="again">The same run with its story.</param>
    public static string Describe(RunResult result, Func<RunResult> again, int lines = 60)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Broken ?? "every invariant held"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {result.Seed}, {result.Mix.Theme}, {result.Mix.Servers} servers, {result.Mix.Replicas} replicas, at {result.At.TotalSeconds:0.000} s, trace hash {result.Hash:x16}, version {Commit}");
        text.AppendLine(CultureInfo.InvariantCulture, $"replay: {Command(result.Seed)}");
        foreach (var line in again().Story.TakeLast(lines)) text.AppendLine(line);
        return text.ToString();
    }
}
