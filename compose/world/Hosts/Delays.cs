namespace World.Hosts;

/// <summary>How long things take that are too short to matter and too long to be nothing; as measured on real hosts (docs/probes.md).</summary>
internal static class Delays
{
    /// <summary>One way between two hosts of the segment.</summary>
    public static readonly TimeSpan Segment = Micro(100);
    /// <summary>Between the broker and whoever is connected to it.</summary>
    public static readonly TimeSpan Broker = Micro(300);
    /// <summary>What the scheduler of a calm machine adds to each wake-up of keepalived, at most.</summary>
    public static readonly TimeSpan Jitter = Micro(50);
    /// <summary>From keepalived's line in the notify FIFO to the agent.</summary>
    public static readonly TimeSpan Fifo = Micro(80);
    /// <summary>From a change of an address to the agent.</summary>
    public static readonly TimeSpan Netlink = Micro(200);
    /// <summary>From the end of a process to what its watcher makes of it.</summary>
    public static readonly TimeSpan Exit = Micro(1500);
    /// <summary>Two fsyncs and a rename.</summary>
    public static readonly TimeSpan Disk = Micro(2000);
    public static readonly TimeSpan Ping = Micro(200);
    public static readonly TimeSpan LocalHttp = Micro(400);
    public static readonly TimeSpan RemoteHttp = Micro(900);
    public static readonly TimeSpan Scan = Micro(300);
    /// <summary>Until systemd has started what it runs after an agent's end.</summary>
    public static readonly TimeSpan ExecStopPost = Micro(30_000);
    /// <summary>
    /// A neighbour that answers no more is asked for anew: 1.3 to 1.9 s after it fell silent (measured with a client that sent all the time).
    /// </summary>
    public static readonly TimeSpan Neighbour = Micro(1_600_000);
    /// <summary>How often such a client asks while nobody answers.</summary>
    public static readonly TimeSpan NeighbourAgain = Micro(1_000_000);

    private static TimeSpan Micro(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
