using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lab.Hosts;
using Lab.Native;

namespace Lab.Measuring;

/// <summary>
/// The measuring client: a new TCP connection to the VIP every 5 ms, each an HTTP/1.0 request of its own with its own deadline,
/// so that one that hangs never delays the next. One thread in the client host's network, no allocation while it runs.
/// When the machine stalls, missed turns are left out, never sent as a burst.
/// </summary>
internal sealed unsafe class HttpClientLoop : IDisposable
{
    public const long Interval = 5 * Clock.Millisecond;
    public const long Deadline = 150 * Clock.Millisecond;
    private const int Slots = 64;
    private const int AnswerBytes = 1024;
    /// <summary>Half an hour of requests; after that nothing more is sent.</summary>
    private const int MostRequests = 360_000;

    private readonly Request[] _requests = GC.AllocateArray<Request>(MostRequests, pinned: true);
    private readonly Slot[] _slots = new Slot[Slots];
    private readonly Sockets.PollEntry* _polled = (Sockets.PollEntry*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(Sockets.PollEntry));
    private readonly byte* _answers = (byte*)NativeMemory.AllocZeroed(Slots * AnswerBytes);
    private readonly byte[] _question = GC.AllocateArray<byte>(128, pinned: true);
    private readonly int _questionLength;
    private readonly Sockets.InetAddress _target;
    private readonly Thread _thread;
    private int _count;
    private bool _stopping;

    private struct Slot
    {
        public bool Used;
        public bool Asked;
        public long Start;
        public int Received;
    }

    public HttpClientLoop(Host client, string vip)
    {
        var text = $"GET / HTTP/1.0\r\nHost: {vip}\r\nConnection: close\r\n\r\n";
        _questionLength = System.Text.Encoding.ASCII.GetBytes(text, _question);
        var parts = vip.Split('.').Select(byte.Parse).ToArray();
        _target = new Sockets.InetAddress
        {
            Family = Sockets.Inet,
            Port = BinaryPrimitives.ReverseEndianness((ushort)80),
            Address = BinaryPrimitives.ReadUInt32LittleEndian(parts),
        };
        _thread = NetworkThread.Start(client, "lab client", Loop);
    }

    /// <summary>Requests ended so far, in the order of their ends; safe to read while the loop runs.</summary>
    public ReadOnlySpan<Request> Ended => _requests.AsSpan(0, Volatile.Read(ref _count));

    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _thread.Join();
        if (_polled is null) return;
        NativeMemory.Free(_polled);
        NativeMemory.Free(_answers);
    }

    private void Loop()
    {
        for (var i = 0; i < Slots; i++) _polled[i].Descriptor = -1;
        var next = Clock.Now;
        while (!Volatile.Read(ref _stopping))
        {
            var now = Clock.Now;
            if (now >= next)
            {
                next = Math.Max(next + Interval, now);
                Open(now);
            }
            var wait = Math.Max(0, NextDeadline(next) - Clock.Now);
            var timeout = new Sockets.TimeSpec { Seconds = wait / Clock.Second, Nanoseconds = wait % Clock.Second };
            if (Sockets.Poll(_polled, Slots, &timeout, null) > 0)
            {
                for (var i = 0; i < Slots; i++)
                {
                    if (_slots[i].Used && _polled[i].Returned != 0) Advance(i);
                }
            }
            Expire(Clock.Now);
        }
        for (var i = 0; i < Slots; i++)
        {
            if (_slots[i].Used) Release(i);
        }
    }

    private long NextDeadline(long wake)
    {
        for (var i = 0; i < Slots; i++)
        {
            if (_slots[i].Used) wake = Math.Min(wake, _slots[i].Start + Deadline);
        }
        return wake;
    }

    /// <summary>After the answers were read: one that lay ready while this machine stalled is not called late.</summary>
    private void Expire(long now)
    {
        for (var i = 0; i < Slots; i++)
        {
            if (_slots[i].Used && _slots[i].Start + Deadline <= now) Finish(i, Ending.Timeout);
        }
    }

    private void Open(long now)
    {
        var free = -1;
        for (var i = 0; i < Slots && free < 0; i++)
        {
            if (!_slots[i].Used) free = i;
        }
        if (free < 0 || _count == MostRequests) return;
        var descriptor = Sockets.Open(Sockets.Inet, Sockets.Stream | Sockets.NonBlocking | Sockets.CloseOnExec, 0);
        if (descriptor < 0) return;
        var linger = new Sockets.Linger { OnOff = 1, Seconds = 0 };
        _ = Sockets.SetOption(descriptor, Sockets.SolSocket, Sockets.SoLinger, &linger, (uint)sizeof(Sockets.Linger));
        _slots[free] = new Slot { Used = true, Start = now };
        _polled[free] = new Sockets.PollEntry { Descriptor = descriptor, Events = Sockets.PollOut };
        var target = _target;
        if (Sockets.Connect(descriptor, &target, (uint)sizeof(Sockets.InetAddress)) != 0
            && Marshal.GetLastPInvokeError() != Sockets.EInProgress) Finish(free, Ending.Broken);
    }

    private void Advance(int i)
    {
        if (!_slots[i].Asked) Ask(i);
        else Listen(i);
    }

    private void Ask(int i)
    {
        var error = 0;
        var size = (uint)sizeof(int);
        _ = Sockets.GetOption(_polled[i].Descriptor, Sockets.SolSocket, Sockets.SoError, &error, &size);
        fixed (byte* question = _question)
        {
            if (error != 0 || Sockets.Send(_polled[i].Descriptor, question, (nuint)_questionLength, 0) != _questionLength)
            {
                Finish(i, Ending.Broken);
                return;
            }
        }
        _slots[i].Asked = true;
        _polled[i].Events = Sockets.PollIn;
    }

    private void Listen(int i)
    {
        var answer = _answers + i * AnswerBytes;
        var room = AnswerBytes - _slots[i].Received;
        var got = room == 0 ? 0 : Sockets.Receive(_polled[i].Descriptor, answer + _slots[i].Received, (nuint)room, 0);
        if (got > 0) _slots[i].Received += (int)got;
        else if (got == 0) Finish(i, AnswerReader.IsGood(new ReadOnlySpan<byte>(answer, _slots[i].Received)) ? Ending.Good : Ending.BadAnswer);
        else if (Marshal.GetLastPInvokeError() != Sockets.EAgain) Finish(i, Ending.Broken);
    }

    private void Finish(int i, Ending ending)
    {
        var balancer = AnswerReader.Balancer(new ReadOnlySpan<byte>(_answers + i * AnswerBytes, _slots[i].Received));
        _requests[_count] = new Request(_slots[i].Start, Clock.Now, ending, balancer);
        Volatile.Write(ref _count, _count + 1);
        Release(i);
    }

    private void Release(int i)
    {
        _ = Sockets.Close(_polled[i].Descriptor);
        _polled[i].Descriptor = -1;
        _slots[i] = default;
    }
}
