using System.Diagnostics;
using System.Globalization;

namespace QuorumHost;

/// <summary>
/// One thing that a client of the register saw, as one line of text. Times are microseconds of CLOCK_MONOTONIC, which all processes of a machine
/// share and which goes on while a process is stopped.
/// </summary>
/// <param name="Call">Before it was asked; of an event that nobody asked for, when it was read.</param>
internal sealed record Sighting(Sight Kind, string Replica, long Call, long Return, long Generation = 0, long Number = 0, string Group = "", long Expected = 0, string Text = "")
{
    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    public string ToLine() => string.Join('\t', Kind.ToString(), Replica, Text_(Call), Text_(Return), Text_(Generation), Text_(Number), Group, Text_(Expected), Text.ReplaceLineEndings(" ").Replace('\t', ' '));

    public static Sighting? Parse(string line)
    {
        var parts = line.Split('\t');
        if (parts.Length != 9 || !Enum.TryParse<Sight>(parts[0], out var kind)) return null;
        long At(int i) => long.Parse(parts[i], CultureInfo.InvariantCulture);
        return new Sighting(kind, parts[1], At(2), At(3), At(4), At(5), parts[6], At(7), parts[8]);
    }

    private static string Text_(long number) => number.ToString(CultureInfo.InvariantCulture);
}

internal enum Sight
{
    /// <summary>A proposal stands: Number is its epoch, Text its mark.</summary>
    Committed,
    /// <summary>It was refused, and must never be read.</summary>
    Refused,
    /// <summary>It may or may not stand, now or later.</summary>
    Unknown,
    /// <summary>This replica leads: Number is the term, Text the leader's whole name.</summary>
    Gained,
    Lost,
    /// <summary>It may speak at some moment between Call and Return: Number is the term, Expected how much of the lease is left (us).</summary>
    Speaks,
    /// <summary>What the status shows, at each change: Text is the state and every server's.</summary>
    Status,
}
