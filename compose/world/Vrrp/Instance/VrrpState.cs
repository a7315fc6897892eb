using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Vrrp.Instance;

/// <summary>All that one vrrp_instance remembers. Names in parentheses are those of keepalived's vrrp_t.</summary>
internal sealed record VrrpState
{
    /// <summary>Unknown: not yet started (VRRP_STATE_INIT).</summary>
    public VrrpRole Role { get; init; }
    /// <summary>Base and files added up, without limits (total_priority).</summary>
    public required int Total { get; init; }
    /// <summary>1 to 254 (effective_priority).</summary>
    public required int Effective { get; init; }
    /// <summary>How many files, and the interface, say FAULT (num_script_if_fault).</summary>
    public int Faults { get; init; }
    /// <summary>The number in each tracked file, as last read (last_status).</summary>
    public ImmutableArray<long> Numbers { get; init; } = [];
    /// <summary>The interval the master named, version 3 (master_adver_int).</summary>
    public required TimeSpan MasterAdvert { get; init; }
    /// <summary>What a BACKUP waited when its timer was last set, which is not always 3 adverts and the skew (ms_down_timer).</summary>
    public TimeSpan DownTimer { get; init; }
    /// <summary>When a BACKUP takes over, or a MASTER sends its next advert; null: never (sands).</summary>
    public TimeSpan? Due { get; init; }
    /// <summary>Whether the addresses are taken to be on the interface (vipset).</summary>
    public bool VipSet { get; init; }
    /// <summary>Of the last advert that was accepted; 0: of none.</summary>
    public int MasterPriority { get; init; }
    /// <summary>Who sent the last advert that was not priority 0, accepted or not; 0: nobody.</summary>
    public long MasterAddress { get; init; }
    /// <summary>Announcements that were put off, the earliest first. They are kept when the instance leaves MASTER, and do nothing without addresses.</summary>
    public ImmutableQueue<PutOff> PutOff { get; init; } = [];
    /// <summary>When the next advert carries a gratuitous ARP with it (garp_refresh_timer).</summary>
    public TimeSpan RefreshAt { get; init; }

    /// <summary>When <see cref="VrrpInput.TimerExpired"/> is due; null: never.</summary>
    public TimeSpan? Next => PutOff.IsEmpty ? Due : Due is { } due && due < PutOff.Peek().At ? due : PutOff.Peek().At;
}

/// <summary>Gratuitous ARPs that are due later.</summary>
internal readonly record struct PutOff(TimeSpan At, int Times);

/// <summary>What happens to an instance.</summary>
internal abstract record VrrpInput
{
    private VrrpInput() { }

    /// <param name="Numbers">Of the tracked files, in the order of the options.</param>
    public sealed record Started(ImmutableArray<long> Numbers, bool LinkUp) : VrrpInput;

    public sealed record TimerExpired : VrrpInput
    {
        public static readonly TimerExpired It = new();
    }

    public sealed record Heard(Advert Advert) : VrrpInput;

    public sealed record FileRead(int Index, long Number) : VrrpInput;

    public sealed record Link(bool Up) : VrrpInput;

    /// <summary>SIGHUP, before the configuration is read again.</summary>
    public sealed record ReloadAsked : VrrpInput;

    public sealed record Reloaded(ImmutableArray<long> Numbers, bool LinkUp) : VrrpInput;

    /// <summary>SIGTERM: of every instance first, then <see cref="Stopped"/> of every instance.</summary>
    public sealed record Terminated : VrrpInput;

    public sealed record Stopped : VrrpInput;
}

/// <summary>What an instance does, in this order.</summary>
internal abstract record VrrpEffect
{
    private VrrpEffect() { }

    public sealed record Send(int Priority) : VrrpEffect;

    public sealed record AddVips : VrrpEffect;

    public sealed record RemoveVips : VrrpEffect;

    /// <summary>One gratuitous ARP for each address; several are several effects.</summary>
    public sealed record Announce : VrrpEffect;

    public sealed record Notify(NotifyState State, int Priority) : VrrpEffect;
}
