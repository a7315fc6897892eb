namespace World.Vrrp.Instance;

/// <summary>The number in a tracked file as keepalived reads it (trackers/track_file.c, process_track_file): <c>strtol</c> with base 0.</summary>
internal static class TrackNumber
{
    private const int ReadAtMost = 127;

    /// <summary>
    /// Missing, empty and without a number at its beginning are all 0; what follows the number does not matter; null: out of the range of
    /// 32 bits, so keepalived says "Invalid number" and keeps what it had.
    /// </summary>
    public static long? Parse(string? text)
    {
        var rest = (text ?? "").AsSpan();
        if (rest.Length > ReadAtMost) rest = rest[..ReadAtMost];
        rest = rest.TrimStart(" \t\n\v\f\r");
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        var radix = 10;
        if (rest.Length > 2 && rest[0] == '0' && (rest[1] is 'x' or 'X') && char.IsAsciiHexDigit(rest[2]))
        {
            radix = 16;
            rest = rest[2..];
        }
        else if (rest.StartsWith("0")) radix = 8;
        Int128 number = 0;
        foreach (var letter in rest)
        {
            var digit = char.IsAsciiHexDigit(letter) ? Convert.ToInt32(letter.ToString(), 16) : radix;
            if (digit >= radix) break;
            number = number * radix + digit;
            if (number > long.MaxValue) return null;
        }
        if (negative) number = -number;
        // INT32_MAX + 1 is let through: an off-by-one of the original.
        return number < int.MinValue || number > int.MaxValue + 1L ? null : (long)number;
    }
}
