using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace NodeAgent.Linux;

/// <summary>A place to listen at: <c>*:80</c> (any address), <c>172.20.0.248:80</c>, <c>[2001:db8::1]:80</c>.</summary>
internal readonly record struct ListenPlace(IPAddress? Address, int Port)
{
    /// <exception cref="FormatException">The text is no such place.</exception>
    public static ListenPlace Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535)
        {
            var host = text[..colon];
            if (host == "*") return new ListenPlace(null, port);
            if (IPAddress.TryParse(host, out var address)) return new ListenPlace(address, port);
        }
        throw new FormatException($"'{text}' is no place to listen at: write *:80, 192.0.2.1:80 or [2001:db8::1]:80");
    }

    /// <summary>A listener on the any-address serves every address; one on [::] serves IPv4 too (bindv6only is rarely set).</summary>
    public bool IsServedBy(IPAddress local, int port) =>
        port == Port && (Address is null || local.Equals(Address) || local.Equals(IPAddress.IPv6Any)
                         || (local.Equals(IPAddress.Any) && Address.AddressFamily == AddressFamily.InterNetwork)
                         || (local.IsIPv4MappedToIPv6 && local.MapToIPv4().Equals(Address)));
}

/// <summary>
/// Whether anything listens at a place, from /proc/net/tcp and tcp6. The kernel lists listeners before connections
/// (net/ipv4/tcp_ipv4.c, tcp_seq_start), so reading stops at the first connection: the cost does not grow with traffic.
/// </summary>
internal static unsafe class Listeners
{
    private const int LineLimit = 4096;

    /// <returns>null when neither file could be read.</returns>
    public static bool? At(ListenPlace place)
    {
        var four = Search("/proc/net/tcp", place);
        if (four == true) return true;
        var six = Search("/proc/net/tcp6", place);
        return six ?? four;
    }

    private static bool? Search(string file, ListenPlace place)
    {
        var fd = Libc.Open(file, Libc.ReadOnly | Libc.CloseOnExec);
        if (fd < 0) return null;
        var buffer = stackalloc byte[LineLimit];
        var kept = 0;
        try
        {
            while (true)
            {
                var got = (int)Libc.Read(fd, buffer + kept, LineLimit - kept);
                if (got <= 0) return got == 0 ? false : null;
                var text = new ReadOnlySpan<byte>(buffer, kept + got);
                int end;
                while ((end = text.IndexOf((byte)'\n')) >= 0)
                {
                    if (!TryLine(text[..end], out var local, out var port, out var listens)) { }
                    else if (!listens) return false;
                    else if (place.IsServedBy(local, port)) return true;
                    text = text[(end + 1)..];
                }
                kept = text.Length == LineLimit ? 0 : text.Length;
                text.CopyTo(new Span<byte>(buffer, LineLimit));
            }
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    /// <summary>One line, <c>  0: 0100007F:1F90 00000000:0000 0A ...</c>; false for the heading and anything else.</summary>
    internal static bool TryLine(ReadOnlySpan<byte> line, out IPAddress local, out int port, out bool listens)
    {
        local = IPAddress.None;
        port = 0;
        listens = false;
        var start = line.IndexOf(": "u8);
        if (start < 0) return false;
        line = line[(start + 2)..];
        var digits = line.IndexOf((byte)':');
        if (digits is not (8 or 32) || line.Length < digits + 5) return false;
        Span<byte> address = stackalloc byte[16];
        for (var word = 0; word < digits / 8; word++)
        {
            // each word is printed as a number of this machine's byte order
            if (!Utf8Parser.TryParse(line.Slice(word * 8, 8), out uint value, out var used, 'X') || used != 8) return false;
            BitConverter.TryWriteBytes(address[(word * 4)..], value);
        }
        if (!Utf8Parser.TryParse(line.Slice(digits + 1, 4), out ushort number, out var read, 'X') || read != 4) return false;
        var state = digits + 5 + 1 + digits + 1 + 4 + 1;
        if (line.Length < state + 2) return false;
        local = new IPAddress(address[..(digits / 2)]);
        port = number;
        listens = line.Slice(state, 2).SequenceEqual("0A"u8);
        return true;
    }
}
