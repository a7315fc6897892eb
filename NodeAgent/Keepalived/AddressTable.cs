using System.Net;
using System.Runtime.InteropServices;

namespace NodeAgent.Keepalived;

/// <summary>
/// The addresses of all interfaces, from rtnetlink messages (linux/rtnetlink.h). Pure: fed with datagrams. A full listing is collected beside
/// the current table while changes apply to both, and replaces it when complete, so that the table never flickers.
/// </summary>
internal sealed class AddressTable
{
    public const ushort NewAddress = 20, DeleteAddress = 21, GetAddress = 22;
    private const ushort Error = 2, Done = 3, Multi = 2, Interrupted = 0x10;
    private const int HeaderLength = 16, AddressHeaderLength = 8;

    private HashSet<(int Interface, IPAddress Address)> _current = [];
    private HashSet<(int Interface, IPAddress Address)>? _listing;
    private uint _sequence;

    /// <summary>At least one listing has been completed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The listing was overtaken by changes: ask again.</summary>
    public bool NeedsListing { get; private set; }

    public bool Has(int @interface, IPAddress address) => _current.Contains((@interface, address));

    /// <summary>The request for a full listing; whatever a former one has collected is dropped.</summary>
    public byte[] Request()
    {
        _listing = [];
        NeedsListing = false;
        var request = new byte[HeaderLength + AddressHeaderLength];
        MemoryMarshal.Write(request, request.Length);
        MemoryMarshal.Write(request.AsSpan(4), GetAddress);
        MemoryMarshal.Write(request.AsSpan(6), (ushort)0x301); // request, dump
        MemoryMarshal.Write(request.AsSpan(8), ++_sequence);
        return request;
    }

    /// <summary>Takes one datagram of any number of messages; what is cut off or unknown is skipped.</summary>
    public void Apply(ReadOnlySpan<byte> datagram)
    {
        while (datagram.Length >= HeaderLength)
        {
            var length = (int)Math.Min(MemoryMarshal.Read<uint>(datagram), int.MaxValue);
            if (length < HeaderLength || length > datagram.Length) return;
            One(datagram[..length]);
            datagram = datagram[Math.Min((length + 3) & ~3, datagram.Length)..];
        }
    }

    private void One(ReadOnlySpan<byte> message)
    {
        var type = MemoryMarshal.Read<ushort>(message[4..]);
        var flags = MemoryMarshal.Read<ushort>(message[6..]);
        var ofListing = _listing is not null && MemoryMarshal.Read<uint>(message[8..]) == _sequence;
        // a change carries the sequence of whoever made it; only parts of a listing are marked multi-part
        if (ofListing && (flags & Interrupted) != 0) NeedsListing = true;
        switch (type)
        {
            case NewAddress when TryAddress(message[HeaderLength..], out var added):
                if (!(ofListing && (flags & Multi) != 0)) _current.Add(added);
                _listing?.Add(added);
                break;
            case DeleteAddress when TryAddress(message[HeaderLength..], out var removed):
                _current.Remove(removed);
                _listing?.Remove(removed);
                break;
            case Done when ofListing:
                if (!NeedsListing)
                {
                    _current = _listing!;
                    IsComplete = true;
                }
                _listing = null;
                break;
            case Error when ofListing:
                // refused; asking again at once would be refused again, the next regular listing asks
                _listing = null;
                break;
        }
    }

    /// <summary>struct ifaddrmsg, then attributes. IFA_LOCAL is the own address where a peer's stands in IFA_ADDRESS.</summary>
    private static bool TryAddress(ReadOnlySpan<byte> body, out (int, IPAddress) found)
    {
        found = default;
        if (body.Length < AddressHeaderLength) return false;
        var @interface = MemoryMarshal.Read<int>(body[4..]);
        var size = body[0] == 2 ? 4 : body[0] == 10 ? 16 : 0;
        if (size == 0) return false;
        ReadOnlySpan<byte> address = default;
        for (var rest = body[AddressHeaderLength..]; rest.Length >= 4;)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < 4 || length > rest.Length) break;
            var type = MemoryMarshal.Read<ushort>(rest[2..]);
            if (length == 4 + size && (type == 2 || (type == 1 && address.IsEmpty))) address = rest.Slice(4, size);
            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }
        if (address.IsEmpty) return false;
        found = (@interface, new IPAddress(address));
        return true;
    }
}
