using System.Buffers.Binary;

namespace NodeAgent.Probes;

/// <summary>ICMP echo (RFC 792, RFC 4443 section 4) as a datagram socket wants it: the kernel fills in identifier and checksum.</summary>
internal static class EchoPacket
{
    public const int Length = 24;

    public static void Write(Span<byte> packet, bool six, ushort sequence)
    {
        packet[..Length].Clear();
        packet[0] = six ? (byte)128 : (byte)8;
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], sequence);
        "arbiter-agent"u8.CopyTo(packet[8..]);
    }

    /// <summary>Whether this is the reply to that request; replies to older ones arrive late and are not.</summary>
    public static bool IsReply(ReadOnlySpan<byte> packet, bool six, ushort sequence) =>
        packet.Length >= 8 && packet[0] == (six ? 129 : 0) && packet[1] == 0 && BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) == sequence;
}
