namespace NodeAgent.Keepalived;

/// <summary>
/// Reads a track file's number as keepalived does: at most 127 bytes, strtol with base 0 (leading white space, a sign, 0x for hexadecimal,
/// 0 for octal, and whatever follows the number is ignored). Nothing, garbage: 0. keepalived ignores a number beyond 32 bits and keeps
/// the one it had (lib/track_file.c); which one cannot be known here, so that is 0 as well.
/// </summary>
internal static class TrackNumber
{
    public const int ReadLimit = 127;

    public static int Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > ReadLimit) text = text[..ReadLimit];
        var at = 0;
        while (at < text.Length && text[at] is (byte)' ' or >= 9 and <= 13) at++;
        var negative = at < text.Length && text[at] == '-';
        if (negative || (at < text.Length && text[at] == '+')) at++;
        var numberBase = 10;
        if (at < text.Length && text[at] == '0')
        {
            numberBase = 8;
            if (at + 2 < text.Length && text[at + 1] is (byte)'x' or (byte)'X' && Digit(text[at + 2]) < 16)
            {
                numberBase = 16;
                at += 2;
            }
        }
        long value = 0;
        for (; at < text.Length && Digit(text[at]) is var digit && digit < numberBase; at++)
        {
            value = value * numberBase + digit;
            if (value > (long)int.MaxValue + 1) return 0;
        }
        if (negative) value = -value;
        return value is > int.MaxValue ? 0 : (int)value;
    }

    private static int Digit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => 99,
    };
}
