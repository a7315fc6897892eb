namespace Lab.Measuring;

/// <summary>What an answer's bytes say: whether it is a whole 200 with a body, and which balancer passed it on.</summary>
internal static class AnswerReader
{
    public static bool IsGood(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < 12 || !answer.StartsWith("HTTP/1."u8) || !answer[9..12].SequenceEqual("200"u8)) return false;
        var end = answer.IndexOf("\r\n\r\n"u8);
        return end > 0 && answer.Length > end + 4;
    }

    /// <summary>The number in <c>X-LB: lbN</c>; 0 when there is none.</summary>
    public static byte Balancer(ReadOnlySpan<byte> answer)
    {
        var at = answer.IndexOf("x-lb: lb"u8);
        if (at < 0) at = answer.IndexOf("X-LB: lb"u8);
        if (at < 0 || at + 8 >= answer.Length) return 0;
        var digit = answer[at + 8];
        return digit is >= (byte)'1' and <= (byte)'9' ? (byte)(digit - '0') : (byte)0;
    }
}
