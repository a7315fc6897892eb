using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Browser.Live;

/// <summary>
/// Packs a picture of a page smaller than a browser does, which is in a hurry: without filters, since areas of one colour and letters that
/// come again compress best as they are. Only what Chromium writes is known: 8 bits a colour, no palette, not interlaced.
/// </summary>
internal static class Png
{
    private const int Signature = 8;

    public static byte[] Pack(byte[] picture)
    {
        byte[] header = [];
        using var packed = new MemoryStream();
        for (var at = Signature; at < picture.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(at));
            var data = picture.AsSpan(at + 8, length);
            switch (Encoding.ASCII.GetString(picture, at + 4, 4))
            {
                case "IHDR": header = data.ToArray(); break;
                case "IDAT": packed.Write(data); break;
            }
            at += 12 + length;
        }
        var stride = BinaryPrimitives.ReadInt32BigEndian(header) * Pixel(header);
        packed.Position = 0;
        using var lines = new MemoryStream();
        using (var open = new ZLibStream(packed, CompressionMode.Decompress)) open.CopyTo(lines);
        using var small = new MemoryStream();
        using (var close = new ZLibStream(small, CompressionLevel.SmallestSize, leaveOpen: true)) close.Write(Plain(lines.ToArray(), stride, Pixel(header)));
        using var result = new MemoryStream();
        result.Write(picture, 0, Signature);
        Chunk(result, "IHDR", header);
        Chunk(result, "IDAT", small.ToArray());
        Chunk(result, "IEND", []);
        return result.ToArray();
    }

    private static int Pixel(byte[] header) => (header[8], header[9], header[12]) switch
    {
        (8, 2, 0) => 3,
        (8, 6, 0) => 4,
        _ => throw new InvalidOperationException("a picture of another kind than Chromium writes"),
    };

    /// <summary>Undoes the filter of each line (PNG specification, 9.2), and says that there is none.</summary>
    private static byte[] Plain(byte[] lines, int stride, int pixel)
    {
        for (var from = 0; from < lines.Length; from += stride + 1)
        {
            var filter = lines[from];
            lines[from] = 0;
            for (var i = 0; i < stride; i++)
            {
                var here = from + 1 + i;
                int left = i >= pixel ? lines[here - pixel] : 0, above = from > 0 ? lines[here - stride - 1] : 0;
                var corner = i >= pixel && from > 0 ? lines[here - stride - 1 - pixel] : 0;
                lines[here] += (byte)(filter switch { 0 => 0, 1 => left, 2 => above, 3 => (left + above) / 2, _ => Nearest(left, above, corner) });
            }
        }
        return lines;
    }

    private static int Nearest(int left, int above, int corner)
    {
        var (l, a, c) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        return l <= a && l <= c ? left : a <= c ? above : corner;
    }

    private static void Chunk(Stream to, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        to.Write(number);
        to.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Check(body));
        to.Write(number);
    }

    /// <summary>The specification's CRC-32.</summary>
    private static uint Check(byte[] body)
    {
        var sum = uint.MaxValue;
        foreach (var b in body)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
        }
        return ~sum;
    }
}
