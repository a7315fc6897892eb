using System.Globalization;

namespace Simulation.Quorum;

/// <summary>What the environment asks of the simulators (docs/simulation.md). What cannot be meant fails the test that reads it.</summary>
internal static class Knobs
{
    public static string? Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;

    /// <exception cref="ArgumentException">It is no whole number.</exception>
    public static long Number(string variable, long otherwise) => Text(variable) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
        : throw new ArgumentException($"{variable}='{text}': give a whole number");

    /// <summary>0: a fixed number of seeds or states instead.</summary>
    /// <exception cref="ArgumentException">It is no number above 0.</exception>
    public static double Minutes => Text("SIMULATION_MINUTES") is not { } text ? 0
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and < 1e6 ? minutes
        : throw new ArgumentException($"SIMULATION_MINUTES='{text}': give minutes above 0");

    public static string? Mutant => Text("SIMULATION_MUTANT");
}
