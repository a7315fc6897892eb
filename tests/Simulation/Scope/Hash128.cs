using System.Buffers.Binary;
using System.Numerics;

namespace Simulation.Scope;

/// <summary>
/// 128 bits that stand for a whole state. Two different states with one hash would hide one of them: with 10^9 states the chance is
/// below 10^-20. Not for enemies, only for chance.
/// </summary>
internal readonly record struct Hash128(ulong High, ulong Low)
{
    private const ulong K1 = 0x87c37b91114253d5, K2 = 0x4cf5ad432745937f, K3 = 0x9e3779b97f4a7c15;

    public static Hash128 Of(ReadOnlySpan<byte> bytes)
    {
        var (a, b) = (0x243f6a8885a308d3ul ^ (ulong)bytes.Length, 0x13198a2e03707344ul);
        while (bytes.Length >= 8)
        {
            (a, b) = Mix(a, b, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        if (bytes.Length > 0)
        {
            Span<byte> rest = stackalloc byte[8];
            rest.Clear();
            bytes.CopyTo(rest);
            (a, b) = Mix(a, b, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }
        return Finish(a, b);
    }

    /// <summary>In this order.</summary>
    public Hash128 Then(Hash128 next)
    {
        var (a, b) = Mix(High, Low, next.High);
        (a, b) = Mix(a, b, next.Low);
        return Finish(a, b);
    }

    public Hash128 Then(ulong word)
    {
        var (a, b) = Mix(High, Low, word);
        return Finish(a, b);
    }

    /// <summary>In any order, and as often as it is there: what is on its way is no sequence.</summary>
    public static Hash128 operator +(Hash128 a, Hash128 b) => new(a.High + b.High, a.Low + b.Low);

    public bool IsLess(Hash128 other) => High < other.High || (High == other.High && Low < other.Low);

    private static (ulong A, ulong B) Mix(ulong a, ulong b, ulong word)
    {
        a = BitOperations.RotateLeft(a ^ (word * K1), 31) * K2 + b;
        b = BitOperations.RotateLeft(b ^ (BitOperations.RotateLeft(word, 33) * K2), 29) * K3 + a;
        return (a, b);
    }

    private static Hash128 Finish(ulong a, ulong b)
    {
        a = Avalanche(a + BitOperations.RotateLeft(b, 17));
        b = Avalanche(b + a);
        return new Hash128(a + b, b);
    }

    private static ulong Avalanche(ulong x)
    {
        x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
        x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
        return x ^ (x >> 33);
    }
}
