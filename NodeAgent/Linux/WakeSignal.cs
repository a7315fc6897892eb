namespace NodeAgent.Linux;

/// <summary>Wakes a thread that waits in poll(2). Setting it twice before it is cleared wakes once.</summary>
internal sealed unsafe class WakeSignal : IDisposable
{
    public WakeSignal()
    {
        Fd = Libc.EventFd(0, Libc.NonBlock | Libc.CloseOnExec);
        if (Fd < 0) throw new InvalidOperationException($"eventfd: {Libc.LastError()}; raise the limit of open files (LimitNOFILE=)");
    }

    public int Fd { get; }

    public void Set()
    {
        var one = 1UL;
        _ = Libc.Write(Fd, (byte*)&one, 8);
    }

    public void Clear()
    {
        ulong value;
        _ = Libc.Read(Fd, (byte*)&value, 8);
    }

    public void Dispose() => _ = Libc.Close(Fd);
}
