using System.Globalization;
using System.Text;
using NodeAgent.Keepalived;

namespace Fuzz.Targets;

/// <summary>keepalived's notify FIFO: bytes in any pieces give the same lines.</summary>
internal sealed class NotifyTarget : Target
{
    public override string Name => "notify-fifo";

    public static NotifyTarget Create() => new()
    {
        Seeds = [Seed.Load("notify.txt")],
        Dictionary = Words("INSTANCE \"", "GROUP \"", "\" MASTER 254\n", "\" BACKUP -1\n", "\" FAULT 256\n", "\" NEW_STATE 1\n", "\n", "\"", " ", "\0", "99999999999", new string('x', 600)),
    };

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        List<NotifyLine> whole = [], pieces = [];
        var one = new NotifyLines();
        one.Feed(input, whole);
        var many = new NotifyLines();
        for (var rest = input; !rest.IsEmpty;)
        {
            var count = 1 + rng.Below(Math.Min(rest.Length, 700));
            many.Feed(rest[..count], pieces);
            rest = rest[count..];
        }
        if (!whole.SequenceEqual(pieces) || (one.Malformed, one.UnknownStates) != (many.Malformed, many.UnknownStates))
            throw new FindingException("the lines depend on where the bytes were cut");
        if (whole.FirstOrDefault(l => l.Priority is < 0 or > 255 || l.Instance.Length is 0 or > NotifyLines.LineLimit) is { Instance: not null })
            throw new FindingException("a line out of range was taken");
        if (whole.Count + one.Malformed + one.UnknownStates > input.Count((byte)'\n')) throw new FindingException("more lines than there are");
        return one.Malformed + one.UnknownStates == 0;
    }
}

/// <summary>The number in a track file, as keepalived reads it.</summary>
internal sealed class TrackFileTarget : Target
{
    public override string Name => "track-file";

    public static TrackFileTarget Create() => new()
    {
        Seeds = [.. new[] { "0\n", "-140\n", "254   \n", "0x1f", " +017 x" }.Select((text, i) => new Seed($"{i}", Encoding.ASCII.GetBytes(text), [], []))],
        Dictionary = Words("-", "+", "0x", "0", "2147483647", "2147483648", "-2147483648", "99999999999999999999999999", " ", "\t", "\n", "\0", "z"),
    };

    public override bool Read(Seed seed, ReadOnlySpan<byte> input, ref Rng rng)
    {
        var number = TrackNumber.Parse(input);
        var written = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture) + "\n");
        return TrackNumber.Parse(written) == number ? number != 0 : throw new FindingException($"{number} reads as another number when it is written");
    }
}
