using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Microsoft.Extensions.Logging;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Linux;

namespace NodeAgent.Keepalived;

/// <summary>
/// Whether all VIPs of each group are on the group's interface, told by the kernel (rtnetlink) as it happens. Addresses are compared without
/// their prefix length. Everything is listed anew each 10 s and after an overrun, so a lost message costs at most that. Needs no privilege.
/// </summary>
internal sealed unsafe class AddressWatch : IDisposable
{
    private const int ListEveryMs = 10_000, FirstListingMs = 2_000, BufferLength = 64 * 1024;
    private const int Netlink = 16, Raw = 3, AddressChanges = 0x10 | 0x100;

    private sealed record Watched(GroupName Group, string Interface, IPAddress[] Vips);

    private readonly Watched[] _groups;
    private readonly bool[] _told;
    private readonly ProcessClock _clock;
    private readonly ChannelWriter<Input> _inputs;
    private readonly ILogger _logger;
    private readonly AddressTable _table = new();
    private readonly WakeSignal _wake = new();
    private readonly byte[] _buffer = new byte[BufferLength];
    private Thread? _thread;
    private TimeSpan _listAt;
    private int _fd = -1;
    private volatile bool _stopping;

    /// <exception cref="FormatException">A VIP is no address.</exception>
    public AddressWatch(IEnumerable<AgentGroupOptions> groups, ProcessClock clock, ChannelWriter<Input> inputs, ILogger logger)
    {
        _groups = [.. groups.Select(group => new Watched(group.Group, group.Interface, [.. group.Vips.Select(vip => Parse(group, vip))]))];
        _told = new bool[_groups.Length];
        _clock = clock;
        _inputs = inputs;
        _logger = logger;
    }

    /// <summary>Opens and lists the addresses once (at most 2 s, usually well below 1 ms). Changes after that are posted once started.</summary>
    /// <returns>What is present by group; empty when the kernel did not answer (then absence is assumed and presence posted later).</returns>
    public IReadOnlyDictionary<GroupName, bool> Open()
    {
        var until = _clock.Now + TimeSpan.FromMilliseconds(FirstListingMs);
        while (!_table.IsComplete && _clock.Now < until) Turn(50);
        if (!_table.IsComplete) return new Dictionary<GroupName, bool>();
        for (var i = 0; i < _groups.Length; i++) _told[i] = Present(_groups[i]);
        return _groups.Zip(_told).ToDictionary(pair => pair.First.Group, pair => pair.Second);
    }

    public void Start()
    {
        _thread = new Thread(Loop) { Name = "addresses", IsBackground = true };
        _thread.Start();
    }

    private void Loop()
    {
        while (!_stopping)
        {
            Turn(ListEveryMs);
            if (_table.IsComplete) Tell();
        }
    }

    /// <summary>Waits for news until the next listing is due, and takes them.</summary>
    private void Turn(int waitMs)
    {
        if (_clock.Now >= _listAt || _table.NeedsListing) List();
        var fds = stackalloc Libc.PollFd[2];
        fds[0] = new Libc.PollFd { Fd = _wake.Fd, Events = Libc.PollIn };
        fds[1] = new Libc.PollFd { Fd = _fd, Events = Libc.PollIn };
        var due = (int)Math.Clamp((_listAt - _clock.Now).TotalMilliseconds + 1, 0, waitMs);
        if (Libc.Poll(fds, 2, due) <= 0 || fds[1].Revents == 0) return;
        fixed (byte* buffer = _buffer)
        {
            var got = (int)Libc.Read(_fd, buffer, BufferLength);
            if (got > 0)
            {
                _table.Apply(_buffer.AsSpan(0, got));
                return;
            }
            if (got < 0 && Marshal.GetLastPInvokeError() is Libc.TryAgain or Libc.Interrupted) return;
            if (got < 0 && Marshal.GetLastPInvokeError() == Libc.NoBuffers) AddressWatchLog.Overrun(_logger);
            else Close();
            _listAt = TimeSpan.Zero;
        }
    }

    private void List()
    {
        _listAt = _clock.Now + TimeSpan.FromMilliseconds(ListEveryMs);
        if (_fd < 0 && !Connect())
        {
            AddressWatchLog.Failed(_logger, Libc.LastError());
            Close();
            return;
        }
        var request = _table.Request();
        fixed (byte* bytes = request)
            if (Libc.Write(_fd, bytes, request.Length) != request.Length)
                AddressWatchLog.Failed(_logger, Libc.LastError());
    }

    private bool Connect()
    {
        _fd = Libc.Socket(Netlink, Raw | Libc.NonBlock | Libc.CloseOnExec, 0);
        // struct sockaddr_nl: family 2, padding 2, port 4 (the kernel chooses), groups 4
        var address = stackalloc byte[12];
        *(ushort*)address = Netlink;
        *(uint*)(address + 8) = AddressChanges;
        return _fd >= 0 && Libc.Bind(_fd, address, 12) == 0;
    }

    /// <summary>Told only when it changed; with the inbox full it stays untold, and is tried again with the next news or listing.</summary>
    private void Tell()
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            var present = Present(_groups[i]);
            if (present != _told[i] && _inputs.TryWrite(new Input.VipChanged(_clock.Now, _groups[i].Group, present))) _told[i] = present;
        }
    }

    /// <summary>The index is looked up each time (one ioctl): an interface that was made anew has another.</summary>
    private bool Present(Watched group)
    {
        var index = (int)Libc.InterfaceIndex(group.Interface);
        if (index == 0 || group.Vips.Length == 0) return false;
        foreach (var vip in group.Vips)
            if (!_table.Has(index, vip)) return false;
        return true;
    }

    private static IPAddress Parse(AgentGroupOptions group, string vip)
    {
        var slash = vip.IndexOf('/');
        return IPAddress.TryParse(slash < 0 ? vip : vip[..slash], out var address)
            ? address
            : throw new FormatException($"group {group.Group}: VIP '{vip}' is no address; write 192.0.2.10/24");
    }

    private void Close()
    {
        if (_fd >= 0) _ = Libc.Close(_fd);
        _fd = -1;
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _wake.Set();
        _thread?.Join();
        Close();
        _wake.Dispose();
    }
}
