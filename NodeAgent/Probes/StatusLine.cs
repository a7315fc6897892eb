using System.Buffers.Text;

namespace NodeAgent.Probes;

internal enum StatusLineKind { Incomplete, Complete, NotHttp }

/// <summary>The first line of an HTTP answer (RFC 9112 section 4): <c>HTTP/1.1 200 OK</c>. The reason phrase may be missing.</summary>
internal static class StatusLine
{
    public static StatusLineKind Parse(ReadOnlySpan<byte> received, out int status)
    {
        status = 0;
        var prefix = "HTTP/"u8;
        var seen = Math.Min(prefix.Length, received.Length);
        if (!received[..seen].SequenceEqual(prefix[..seen])) return StatusLineKind.NotHttp;
        var end = received.IndexOf((byte)'\n');
        if (end < 0) return StatusLineKind.Incomplete;
        var line = received[..end].TrimEnd((byte)'\r');
        var space = line.IndexOf((byte)' ');
        if (space < 0 || line.Length < space + 4 || !Utf8Parser.TryParse(line.Slice(space + 1, 3), out ushort code, out var used)
            || used != 3 || code is < 100 or > 599 || (line.Length > space + 4 && line[space + 4] != ' '))
            return StatusLineKind.NotHttp;
        status = code;
        return StatusLineKind.Complete;
    }
}
