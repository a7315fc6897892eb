using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Vrrp.Instance;

/// <summary>
/// One vrrp_instance of keepalived 2.2.7 without a clock, a socket or a file: state and input in, new state and effects out. It follows the
/// source function by function, quirks included, because the quirks decide how long a failover takes.
/// </summary>
internal sealed partial class VrrpInstance
{
    private static readonly VrrpEffect.Announce Announcement = new();
    private readonly VrrpInstanceOptions _options;
    private readonly TimeSpan _advert;
    private readonly bool _noPreempt;

    public VrrpInstance(VrrpInstanceOptions options)
    {
        _options = options;
        _advert = VrrpTimers.Advert(options);
        // vrrp_complete_instance: "nopreempt will not work with initial state MASTER - clearing"
        _noPreempt = options is { NoPreempt: true, StartAsMaster: false };
    }

    public VrrpInstanceOptions Options => _options;

    /// <summary>What goes out on the wire.</summary>
    public Advert Packet(int priority) => new(_options.Vrid, _options.Address, priority, _options.Version, _advert);

    /// <summary>Before the start, and after a SIGKILL.</summary>
    public VrrpState Nothing => new() { Total = _options.Base, Effective = _options.Base, MasterAdvert = _advert };

    /// <param name="effects">What is to be done is added here, in order.</param>
    public VrrpState Advance(VrrpState state, VrrpInput input, TimeSpan now, List<VrrpEffect> effects) => input switch
    {
        VrrpInput.TimerExpired => TimerExpired(state, now, effects),
        VrrpInput.Heard heard => Heard(state, heard.Advert, now, effects),
        VrrpInput.FileRead read => FileRead(state, read.Index, read.Number, now, effects),
        VrrpInput.Link link => link.Up ? TryUp(state, now, effects) : GoDown(state, effects),
        VrrpInput.Started started => Started(started, now, effects),
        VrrpInput.Reloaded reloaded => Reloaded(state, reloaded, now, effects),
        VrrpInput.ReloadAsked => ReloadAsked(state, effects),
        VrrpInput.Terminated => Terminated(state, effects),
        VrrpInput.Stopped => Stopped(state, effects),
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "no such input"),
    };

    /// <summary>vrrp_dispatcher_read_timeout, and the threads of the announcements that were put off.</summary>
    private VrrpState TimerExpired(VrrpState state, TimeSpan now, List<VrrpEffect> effects)
    {
        while (!state.PutOff.IsEmpty && state.PutOff.Peek().At <= now)
        {
            // vrrp_gratuitous_arp_thread: whatever became of the instance meanwhile, it announces if it has the addresses now
            if (state.VipSet) Announce(effects, state.PutOff.Peek().Times);
            state = state with { PutOff = state.PutOff.Dequeue() };
        }
        if (state.Due is not { } due || due > now) return state;
        return state.Role switch
        {
            VrrpRole.Backup => BecomeMaster(state, now, effects),
            VrrpRole.Master => SendAdvert(state, now, effects),
            _ => state with { Due = null },
        };
    }

    /// <summary>
    /// vrrp_state_goto_master: the advert goes out before the addresses are there, so that the old master lets go of them first; then five
    /// announcements and the notification, and five more announcements 5 s later.
    /// </summary>
    private VrrpState BecomeMaster(VrrpState state, TimeSpan now, List<VrrpEffect> effects)
    {
        effects.Add(new VrrpEffect.Send(state.Effective));
        effects.Add(new VrrpEffect.AddVips());
        Announce(effects, _options.GarpMasterRepeat);
        effects.Add(new VrrpEffect.Notify(NotifyState.Master, state.Effective));
        state = state with { Role = VrrpRole.Master, VipSet = true, RefreshAt = now + _options.GarpMasterRefresh, Due = now + _advert };
        return AnnounceLater(state, now, _options.GarpMasterDelay, _options.GarpMasterRepeat);
    }

    /// <summary>vrrp_state_master_tx of a MASTER: the advert carries the priority of now, however long ago that changed.</summary>
    private VrrpState SendAdvert(VrrpState state, TimeSpan now, List<VrrpEffect> effects)
    {
        effects.Add(new VrrpEffect.Send(state.Effective));
        state = state with { Due = now + _advert };
        if (_options.GarpMasterRefresh <= TimeSpan.Zero || now <= state.RefreshAt) return state;
        // garp_master_refresh_repeat is 1
        effects.Add(Announcement);
        return state with { RefreshAt = now + _options.GarpMasterRefresh };
    }

    /// <summary>SIGTERM (restore_vrrp_interfaces): one advert of priority 0, not two as with FAULT.</summary>
    private static VrrpState Terminated(VrrpState state, List<VrrpEffect> effects)
    {
        if (state.Role == VrrpRole.Master) effects.Add(new VrrpEffect.Send(0));
        if (state.Role == VrrpRole.Master) effects.Add(new VrrpEffect.RemoveVips());
        return state with { VipSet = state.VipSet && state.Role != VrrpRole.Master, Due = null, PutOff = [] };
    }

    /// <summary>notify_shutdown.</summary>
    private static VrrpState Stopped(VrrpState state, List<VrrpEffect> effects)
    {
        effects.Add(new VrrpEffect.Notify(NotifyState.Stop, state.Effective));
        return state with { Role = VrrpRole.Stop, Due = null };
    }

    private static void Announce(List<VrrpEffect> effects, int times)
    {
        for (var i = 0; i < times; i++) effects.Add(Announcement);
    }

    /// <summary>
    /// Both delays are constants, so what is put off last is due last as long as they are equal, as they are by default; otherwise it waits
    /// for the one before it. A MASTER that hears a lower one with each advert puts off five announcements each time, so this is bounded by
    /// delay / interval.
    /// </summary>
    private static VrrpState AnnounceLater(VrrpState state, TimeSpan now, TimeSpan delay, int times) =>
        delay <= TimeSpan.Zero || times <= 0 ? state : state with { PutOff = state.PutOff.Enqueue(new PutOff(now + delay, times)) };

    private TimeSpan Skew(VrrpState state) => VrrpTimers.Skew(_options.Version, state.Effective, state.MasterAdvert);

    private TimeSpan Down(VrrpState state) => VrrpTimers.Down(_options.Version, state.Effective, state.MasterAdvert);
}
