namespace Arbiter.Cli;

internal enum Tone { Plain, Good, Mild, Bad, Soft }

/// <summary>Where a command writes, and whether colour is wanted: only on a terminal, and never with <c>NO_COLOR</c> set (no-color.org).</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool colour)
{
    public TextWriter Out => output;
    public TextWriter Error => error;
    public bool Colour => colour;

    public static Terminal OfProcess() => new(
        Console.Out, Console.Error,
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb");

    /// <summary>The text in its colour, padded to a width that colour codes do not count for.</summary>
    public string Paint(string text, Tone tone, int width = 0)
    {
        var padded = Clean(text).PadRight(width);
        if (!colour || tone == Tone.Plain) return padded;
        var code = tone switch { Tone.Good => "32", Tone.Mild => "33", Tone.Bad => "1;31", _ => "2" };
        return $"\e[{code}m{padded}\e[0m";
    }

    /// <summary>A reason comes from elsewhere: no control character of it reaches the terminal.</summary>
    public static string Clean(string text) => text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? '?' : c)]) : text;

    public int Fail(int code, string text)
    {
        error.WriteLine($"arbiter: {text}");
        return code;
    }
}
