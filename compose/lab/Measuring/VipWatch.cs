using System.Buffers.Binary;
using System.Collections.Concurrent;
using Lab.Hosts;
using Lab.Native;

namespace Lab.Measuring;

/// <summary>
/// Hears from the kernel of each balancer when the VIP comes and goes, so that a move which no request happened to see is
/// counted too. One thread per balancer, in that balancer's network.
/// </summary>
internal sealed unsafe class VipWatch : IDisposable
{
    private const int NewAddress = 20;
    private const int DeletedAddress = 21;
    private const uint Ipv4AddressGroup = 0x10;
    private const int LocalAddress = 2;
    private const int HeaderBytes = 16;
    private const int AddressBytes = 8;

    private readonly ConcurrentQueue<VipChange> _changes = new();
    private readonly List<Thread> _threads = [];
    private readonly CountdownEvent _listening;
    private readonly byte[] _vip;
    private bool _stopping;

    public VipWatch(IReadOnlyCollection<Host> balancers, string vip)
    {
        _vip = [.. vip.Split('.').Select(byte.Parse)];
        _listening = new CountdownEvent(balancers.Count);
        foreach (var host in balancers)
        {
            var number = (byte)(host.Name[^1] - '0');
            _threads.Add(NetworkThread.Start(host, "lab vip " + host.Name, () => Listen(number)));
        }
        if (!_listening.Wait(TimeSpan.FromSeconds(5))) throw new LabError("cannot listen for address changes on the balancers");
    }

    public IReadOnlyList<VipChange> Changes => [.. _changes.OrderBy(change => change.At)];

    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        foreach (var thread in _threads) thread.Join();
        _listening.Dispose();
    }

    private void Listen(byte balancer)
    {
        var descriptor = Sockets.Open(Sockets.Netlink, Sockets.Raw | Sockets.CloseOnExec, 0);
        var address = new Sockets.NetlinkAddress { Family = Sockets.Netlink, Groups = Ipv4AddressGroup };
        if (descriptor < 0 || Sockets.Bind(descriptor, &address, (uint)sizeof(Sockets.NetlinkAddress)) != 0) return;
        var patience = stackalloc long[2] { 0, 100_000 }; // seconds, microseconds: how often the end is looked for
        _ = Sockets.SetOption(descriptor, Sockets.SolSocket, Sockets.SoReceiveTimeout, patience, 16);
        _listening.Signal();
        var buffer = stackalloc byte[8192];
        while (!Volatile.Read(ref _stopping))
        {
            var length = (int)Sockets.Receive(descriptor, buffer, 8192, 0);
            if (length > 0) Read(new ReadOnlySpan<byte>(buffer, length), balancer);
        }
        _ = Sockets.Close(descriptor);
    }

    /// <summary>Walks the messages of one datagram; a message that does not fit ends the walk.</summary>
    private void Read(ReadOnlySpan<byte> messages, byte balancer)
    {
        var now = Clock.Now;
        while (messages.Length >= HeaderBytes)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(messages);
            var kind = BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]);
            if (length < HeaderBytes || length > messages.Length) return;
            if (kind is NewAddress or DeletedAddress && length > HeaderBytes + AddressBytes && HasVip(messages[(HeaderBytes + AddressBytes)..length]))
                _changes.Enqueue(new VipChange(now, balancer, kind == NewAddress));
            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }
    }

    private bool HasVip(ReadOnlySpan<byte> attributes)
    {
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < 4 || length > attributes.Length) return false;
            if (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) == LocalAddress && attributes[4..length].SequenceEqual(_vip)) return true;
            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }
        return false;
    }
}
