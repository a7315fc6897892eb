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

    public static string Command(ulong seed, string? mutant = null) =>
        $"{Variable}={seed.ToString(CultureInfo.InvariantCulture)} {Planted(mutant)}artifacts/bin/Simulation/release/Simulation -method '*One_seed_is_told*'";

    /// <summary>As it stands in a command: a name may have a blank in it.</summary>
    public static string Planted(string? mutant) => mutant is null ? "" : $"SIMULATION_MUTANT={(mutant.Contains(' ', StringComparison.Ordinal) ? $"'{mutant}'" : mutant)} ";

    /// <param name="again">The same run with its story.</param>
    /// <param name="how">How the run differs from the seed's own, when no command makes it again.</param>
    public static string Describe(RunResult result, Func<RunResult> again, int lines = 60, Mutant? mutant = null, string? how = null)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Broken ?? "every invariant held"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {result.Seed}, {result.Mix.Theme}, {result.Mix.Servers} servers, {result.Mix.Replicas} replicas, at {result.At.TotalSeconds:0.000} s, trace hash {result.Hash:x16}, version {Commit}");
        if (mutant is not null) text.AppendLine(CultureInfo.InvariantCulture, $"planted: {mutant.Name}, so without the rule that {mutant.Rule}");
        text.AppendLine(how ?? $"replay: {Command(result.Seed, mutant?.Name)}");
        foreach (var line in again().Story.TakeLast(lines)) text.AppendLine(line);
        return text.ToString();
    }
}
