namespace World.Vrrp;

/// <summary>One keepalived.conf, as far as the model knows it. Every default is keepalived's own (2.2.7).</summary>
public sealed record KeepalivedOptions
{
    public required IReadOnlyList<VrrpInstanceOptions> Instances { get; init; }
    /// <summary>How long the process and its kernel take; measured figures.</summary>
    public KeepalivedLatency Latency { get; init; } = new();
    /// <summary>Where <see cref="KeepalivedLatency.Jitter"/> comes from; null: there is none, every wake-up takes equally long.</summary>
    public Random? Chance { get; init; }
}

/// <summary>What costs time besides the timers of VRRP. The defaults are medians measured with 2.2.7 on an idle machine of two cores.</summary>
public sealed record KeepalivedLatency
{
    /// <summary>From an event (a packet in the socket, a word from inotify or netlink, a signal, a timer) to the code that handles it.</summary>
    public TimeSpan Wake { get; init; } = TimeSpan.FromMilliseconds(0.1);
    /// <summary>Up to this much more with each wake-up, evenly spread: the scheduler of a busy machine. Zero: none.</summary>
    public TimeSpan Jitter { get; init; }
    /// <summary>
    /// From a change of the carrier until netlink tells of it, before <see cref="Wake"/>. The kernel may keep it back up to a second when it told
    /// of another just before (linkwatch); packets are lost from the first moment.
    /// </summary>
    public TimeSpan Carrier { get; init; } = TimeSpan.FromMilliseconds(4);
    /// <summary>From one packet sent to whatever comes after it: the two adverts of priority 0 are 0.11 ms apart.</summary>
    public TimeSpan Send { get; init; } = TimeSpan.FromMilliseconds(0.1);
    /// <summary>netlink puts the addresses on the interface: from the first advert of a new MASTER to its first gratuitous ARP.</summary>
    public TimeSpan AddAddress { get; init; } = TimeSpan.FromMilliseconds(0.45);
    public TimeSpan RemoveAddress { get; init; } = TimeSpan.FromMilliseconds(0.2);
    /// <summary>One gratuitous ARP.</summary>
    public TimeSpan Announce { get; init; } = TimeSpan.FromMilliseconds(0.02);
    /// <summary>From the start of the program until left-over addresses are removed and its timers run.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromMilliseconds(13);
    /// <summary>The same for a VRRP child that the parent starts again: 20 to 50 ms.</summary>
    public TimeSpan Respawn { get; init; } = TimeSpan.FromMilliseconds(30);
    /// <summary>SIGHUP: from the advert before it to the one after it.</summary>
    public TimeSpan Reload { get; init; } = TimeSpan.FromMilliseconds(5);
    /// <summary>SIGTERM: everything is done at once, the process ends a second later (vrrp_terminate_phase1 waits so that IGMP leaves).</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Adverts that the kernel keeps for a process that does not read: net.core.rmem_default, 212992, at 768 bytes each.</summary>
    public int SocketQueue { get; init; } = 277;
}

public sealed record VrrpInstanceOptions
{
    /// <summary><c>vrrp_instance</c>.</summary>
    public required string Name { get; init; }
    public required int Vrid { get; init; }
    /// <summary>The host's primary address as a number.</summary>
    public required long Address { get; init; }
    /// <summary>2 (whole seconds, skew in 256ths of a second) or 3 (hundredths, skew in 256ths of the interval).</summary>
    public int Version { get; init; } = 3;
    /// <summary><c>advert_int</c>.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary><c>priority</c>, 1 to 254.</summary>
    public required int Base { get; init; }
    public bool NoPreempt { get; init; }
    /// <summary>
    /// <c>state MASTER</c>. Below priority 255 it does not shorten the first wait (vrrp_init_state; seen with 2.2.7): all it does is to take
    /// <see cref="NoPreempt"/> away.
    /// </summary>
    public bool StartAsMaster { get; init; }
    /// <summary><c>garp_master_repeat</c>.</summary>
    public int GarpMasterRepeat { get; init; } = 5;
    /// <summary><c>garp_master_delay</c>: the same number again, this long after the takeover; zero: not again.</summary>
    public TimeSpan GarpMasterDelay { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary><c>garp_lower_prio_repeat</c>: by a MASTER that hears a lower one.</summary>
    public int GarpLowerPrioRepeat { get; init; } = 5;
    /// <summary><c>garp_lower_prio_delay</c>.</summary>
    public TimeSpan GarpLowerPrioDelay { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary><c>garp_master_refresh</c>; zero: never again after the first ones.</summary>
    public TimeSpan GarpMasterRefresh { get; init; }
    public IReadOnlyList<TrackFileOptions> TrackFiles { get; init; } = [];
}

/// <param name="Weight">0: any other number than 0 in the file is FAULT; else number x weight is added to the priority.</param>
/// <param name="InitFile">Written at a start when the file is missing; null: nothing is written.</param>
/// <param name="Overwrite">Written at each start, whatever is there (not at a reload).</param>
public sealed record TrackFileOptions(string Path, int Weight, int? InitFile = 0, bool Overwrite = false);
