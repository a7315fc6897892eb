using System.Globalization;

namespace Fuzz;

internal sealed record FuzzOptions(long? Inputs, double? Minutes, ulong Seed, string? Target, long First)
{
    private const long StandardInputs = 100_000;

    public const string Help = """
        Feeds damaged input to everything that reads from outside, and ends with 1 at the first thing that must not be: an exception, a message that
        is taken and says something else when it is written and read again, or more than 1 s for one input. The bytes are printed as base64.
          tests/fuzz [--inputs N] [--minutes M] [--seed S] [--target NAME] [--first I]
        --inputs N     so many for each target (standard 100000, without --minutes); the slow ones make fewer, as is printed
        --minutes M    at most so long in all, shared out evenly
        --seed S       the same seed makes the same inputs (standard 1)
        --target NAME  messages, verifier, register, notify-fifo, track-file, configuration (standard: all)
        --first I      begins with this input: to make one again
        """;

    public long InputsFor(Target target) => Inputs is null && Minutes is not null ? long.MaxValue
        : Target is not null ? Inputs ?? StandardInputs
        : Math.Max(1, (Inputs ?? StandardInputs) / target.Costs);

    /// <summary>Null when the arguments are of no use.</summary>
    public static FuzzOptions? Parse(string[] arguments)
    {
        var options = new FuzzOptions(null, null, 1, null, 0);
        // the runner of all tests gives every program these two
        var rest = new Queue<string>(arguments.Where(a => a is not ("-noLogo" or "-noColor")));
        while (rest.TryDequeue(out var name))
        {
            if (!rest.TryDequeue(out var value)) return null;
            var read = name switch
            {
                "--inputs" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => options with { Inputs = n },
                "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var m) && m is > 0 and < 100_000 => options with { Minutes = m },
                "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var s) => options with { Seed = s },
                "--first" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var f) => options with { First = f },
                "--target" => options with { Target = value },
                _ => null,
            };
            if (read is null) return null;
            options = read;
        }
        return options;
    }
}
