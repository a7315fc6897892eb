namespace Fuzz;

/// <summary>The input that is being made: bytes in one bounded buffer that is used again for every input.</summary>
internal sealed class Scratch
{
    /// <summary>Above every limit of the readers, so that their limits are tried too.</summary>
    public const int Most = 20 * 1024;

    private readonly byte[] _bytes = new byte[Most];

    public int Length { get; private set; }

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = Math.Min(bytes.Length, Most);
        bytes[..Length].CopyTo(_bytes);
    }

    /// <summary>Puts bytes in place of a range; what no longer fits is cut off.</summary>
    public void Replace(int at, int count, ReadOnlySpan<byte> by)
    {
        at = Math.Min(at, Length);
        count = Math.Min(count, Length - at);
        var put = Math.Min(by.Length, Most - at);
        var tail = Math.Min(Length - at - count, Most - at - put);
        _bytes.AsSpan(at + count, tail).CopyTo(_bytes.AsSpan(at + put));
        by[..put].CopyTo(_bytes.AsSpan(at));
        Length = at + put + tail;
    }
}
