using System.Text;

namespace Fuzz;

/// <summary>Something that reads what came from outside.</summary>
internal abstract class Target
{
    public abstract string Name { get; }
    public required IReadOnlyList<Seed> Seeds { get; init; }
    public required IReadOnlyList<byte[]> Dictionary { get; init; }

    /// <summary>How many inputs a run of N makes for this one: N divided by it, at least one. For the slow ones.</summary>
    public virtual int Costs => 1;

    /// <summary>Reads the input. True when it was taken, false when refused; any exception is a finding.</summary>
    /// <exception cref="FindingException">It was taken and does not say the same when written and read again, or something else that must hold does not.</exception>
    public abstract bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng);

    protected static byte[][] Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    protected static readonly string[] JsonWords =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "255", "256", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "1e308", "1e999", "-1e999", "1.5", "0.0000000000000000000000001", "NaN", "Infinity", "\"\"", "\"a\"", "\"A\"", "\"lb2\"", "\"a.b\"", "\"-a\"",
        "\"é\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u00e9\"", "\"\uFEFF\"", "\"" + new string('a', 63) + "\"", "\"" + new string('a', 64) + "\"", "\"" + new string('x', 201) + "\"",
        "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "{\"v\":2}", "\"master\"", "\"holder\"", "\"up\"", "\"applied\"", "\"Master\"", "\"0\"", "[", "]", "{", "}", ",", ":", "\"",
        "\\", "/*", "//", "\uFEFF", "\0", "\n", "\"v\":1", "\"outcome\":\"applied\"", "\"cluster\":\"x\"",
    ];
}

/// <summary>A reader did what it must not.</summary>
internal sealed class FindingException(string what) : Exception(what);
