using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Vrrp.Instance;

/// <summary>What an instance does with an advert (vrrp_dispatcher_read).</summary>
internal sealed partial class VrrpInstance
{
    private VrrpState Heard(VrrpState state, Advert advert, TimeSpan now, List<VrrpEffect> effects) => state.Role switch
    {
        VrrpRole.Backup => HeardByBackup(state, advert, now),
        VrrpRole.Master => HeardByMaster(state, advert, now, effects),
        // "We just ignore a message received when we are in fault state": so the end of FAULT costs a full down timer
        _ => state,
    };

    /// <summary>vrrp_state_backup. Whatever it hears, the timer is set anew; but what it is set to differs.</summary>
    private VrrpState HeardByBackup(VrrpState state, Advert advert, TimeSpan now)
    {
        if (!Valid(advert)) return GoOnWaiting(state, now);
        if (advert.Priority == 0)
        {
            // RFC 3768 6.4.2: the master gives up, so wait for the skew time alone
            var skew = Skew(state);
            return state with { DownTimer = skew, Due = now + skew };
        }
        if (_noPreempt || advert.Priority >= state.Effective)
        {
            // RFC 5798 6.4.2: at equal priority the address does not matter to a BACKUP, and the interval is the master's
            state = state with { MasterPriority = advert.Priority, MasterAddress = advert.Source, MasterAdvert = IntervalOf(advert, state) };
            var down = Down(state);
            return state with { DownTimer = down, Due = now + down };
        }
        // "received lower priority advert - discarding": the timer that runs goes on, so a MASTER that lowers itself is replaced only
        // three adverts and a skew after the last advert that counted
        return GoOnWaiting(state with { MasterAddress = advert.Source }, now);
    }

    /// <summary>The timer ends when it would have; but from now on "what was waited for" is only the rest (ms_down_timer).</summary>
    private static VrrpState GoOnWaiting(VrrpState state, TimeSpan now)
    {
        var rest = state.Due is { } due && due > now ? due - now : TimeSpan.Zero;
        return state with { DownTimer = rest, Due = now + rest };
    }

    /// <summary>
    /// vrrp_state_master_rx. Everything but a higher advert sets the timer of the own next advert anew, also what is refused: that one
    /// then comes late.
    /// </summary>
    private VrrpState HeardByMaster(VrrpState state, Advert advert, TimeSpan now, List<VrrpEffect> effects)
    {
        var next = state with { Due = now + _advert };
        if (!Valid(advert)) return next;
        if (advert.Priority == 0)
        {
            // RFC 3768 6.4.3: somebody gives up; say at once that this one is there
            effects.Add(new VrrpEffect.Send(state.Effective));
            return next;
        }
        if (advert.Priority == state.Effective && advert.Source == _options.Address) return next;
        if (advert.Priority > state.Effective || (advert.Priority == state.Effective && advert.Source > _options.Address))
            return YieldTo(state, advert, now, effects);

        // A lower one believes to be MASTER: "forcing new election". The announcements now may come before the other's own, which is why
        // there are five more 5 s later, and nobody answers the clients in between (garp_lower_prio_delay)
        effects.Add(new VrrpEffect.Send(state.Effective));
        Announce(effects, _options.GarpLowerPrioRepeat);
        effects.Add(new VrrpEffect.Notify(NotifyState.MasterRxLowerPri, state.Effective));
        return AnnounceLater(next, now, _options.GarpLowerPrioDelay, _options.GarpLowerPrioRepeat);
    }

    /// <summary>RFC 3768 6.4.3: a higher priority, or the same with a higher address, makes it BACKUP without a word of its own.</summary>
    private VrrpState YieldTo(VrrpState state, Advert advert, TimeSpan now, List<VrrpEffect> effects)
    {
        effects.Add(new VrrpEffect.RemoveVips());
        effects.Add(new VrrpEffect.Notify(NotifyState.Backup, state.Effective));
        state = state with { Role = VrrpRole.Backup, VipSet = false, MasterPriority = advert.Priority, MasterAdvert = IntervalOf(advert, state) };
        var down = Down(state);
        return state with { DownTimer = down, Due = now + down };
    }

    /// <summary>vrrp_check_packet: another version is refused, and with version 2 another interval too, because it comes with no negotiation.</summary>
    private bool Valid(Advert advert) => advert.Version == _options.Version && (advert.Version != 2 || advert.Interval == _advert);

    /// <summary>RFC 5798 5.2.7: twelve bits of hundredths of a second.</summary>
    private TimeSpan IntervalOf(Advert advert, VrrpState state) => _options.Version == 3
        ? new TimeSpan(Math.Clamp(advert.Interval.Ticks, 0, VrrpTimers.LongestAdvert3.Ticks))
        : state.MasterAdvert;
}
