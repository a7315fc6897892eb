using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;

namespace World.Vrrp.Instance;

/// <summary>Tracked files, the interface, and what they make of priority and FAULT (vrrp_track.c, trackers/track_file.c).</summary>
internal sealed partial class VrrpInstance
{
    private const int Fault = -254;
    private const int Most = 253;

    /// <summary>vrrp_complete_init and vrrp_init_state of a new process: it takes left-over addresses to be its own and removes them first.</summary>
    private VrrpState Started(VrrpInput.Started started, TimeSpan now, List<VrrpEffect> effects)
    {
        var state = Initialise(started.Numbers, started.LinkUp, effects);
        if (state.Faults > 0) return EnterFault(state, effects, [new VrrpEffect.Notify(NotifyState.Fault, state.Effective), new VrrpEffect.RemoveVips()]);
        effects.Add(new VrrpEffect.RemoveVips());
        // "state MASTER" makes no difference here: that is for the address owner, 255, alone
        return EnterBackup(state, now, effects);
    }

    /// <summary>send_reload_advert_thread: a MASTER says once more that it is there, before it is busy.</summary>
    private static VrrpState ReloadAsked(VrrpState state, List<VrrpEffect> effects)
    {
        if (state.Role == VrrpRole.Master) effects.Add(new VrrpEffect.Send(state.Effective));
        return state;
    }

    /// <summary>
    /// vrrp_complete_init, restore_vrrp_state and vrrp_init_state with the reload flag: MASTER stays MASTER and sends at once, BACKUP starts
    /// a full timer, announcements that were put off are forgotten. A FAULT that is found here takes the addresses without priority 0.
    /// </summary>
    private VrrpState Reloaded(VrrpState old, VrrpInput.Reloaded reloaded, TimeSpan now, List<VrrpEffect> effects)
    {
        // BACKUP_PRIORITY even of a MASTER: its state is not restored yet
        var state = Initialise(reloaded.Numbers, reloaded.LinkUp, effects);
        if (state.Faults > 0)
        {
            if (old.Role != VrrpRole.Fault) effects.Add(new VrrpEffect.Notify(NotifyState.Fault, state.Effective));
            return EnterFault(state, effects, old.VipSet ? [new VrrpEffect.RemoveVips()] : []);
        }
        return old.Role switch
        {
            VrrpRole.Master => state with { Role = VrrpRole.Master, VipSet = true, Due = now },
            VrrpRole.Backup => WithFullTimer(state with { Role = VrrpRole.Backup }, now),
            _ => EnterBackup(state, now, effects),
        };
    }

    /// <summary>initialise_tracking_priorities.</summary>
    private VrrpState Initialise(ImmutableArray<long> numbers, bool linkUp, List<VrrpEffect> effects)
    {
        var (total, faults) = (_options.Base, linkUp ? 0 : 1);
        for (var i = 0; i < numbers.Length; i++)
        {
            var status = Before(_options.TrackFiles[i].Weight, numbers[i]);
            if (status <= Fault) faults++;
            else total += Math.Min(status, Most);
        }
        var state = Nothing with { Numbers = numbers, Total = total, Effective = Limited(total), Faults = faults };
        if (state.Effective != _options.Base) effects.Add(new VrrpEffect.Notify(NotifyState.BackupPriority, state.Effective));
        return state;
    }

    /// <summary>process_update_vrrp_track_file_status.</summary>
    private VrrpState FileRead(VrrpState state, int index, long number, TimeSpan now, List<VrrpEffect> effects)
    {
        var weight = _options.TrackFiles[index].Weight;
        var before = Math.Clamp(Before(weight, state.Numbers[index]), Fault, Most);
        var after = weight == 0 ? Before(weight, number) : (int)Math.Clamp(number * weight, Fault, Most);
        state = state with { Numbers = state.Numbers.SetItem(index, number) };
        if (before == after) return state;
        if (after == Fault) return GoDown(weight == 0 ? state : state with { Total = state.Total - before }, effects);
        if (before != Fault) return ChangePriority(state with { Total = state.Total + after - before }, effects);
        // A weighted file that leaves FAULT changes the priority without a notification of its own
        if (weight != 0) state = state with { Total = state.Total + after, Effective = Limited(state.Total + after) };
        return TryUp(state, now, effects);
    }

    /// <summary>What a number means: the priority it adds, and <see cref="Fault"/> or less is FAULT. The product is cut to 32 bits, as there.</summary>
    private static int Before(int weight, long number) => weight == 0 ? number == 0 ? 0 : Fault : unchecked((int)(number * weight));

    /// <summary>
    /// vrrp_set_effective_priority. No advert is sent: the next periodic one carries the new priority. A BACKUP moves the end of its timer by
    /// the difference between the new full timer and what it waited for; after an advert of priority 0 or a discarded one that was only a
    /// skew or a rest, so the timer becomes about 3 adverts longer.
    /// </summary>
    private VrrpState ChangePriority(VrrpState state, List<VrrpEffect> effects)
    {
        var effective = Limited(state.Total);
        if (effective == state.Effective) return state;
        state = state with { Effective = effective };
        var (before, after) = (state.DownTimer, Down(state));
        state = state with { DownTimer = after };
        var master = state.Role == VrrpRole.Master;
        if (state.Role == VrrpRole.Backup && state.Due is { } due) state = state with { Due = due + after - before };
        effects.Add(new VrrpEffect.Notify(master ? NotifyState.MasterPriority : NotifyState.BackupPriority, effective));
        return state;
    }

    /// <summary>down_instance: a MASTER sends priority 0 twice (once in vrrp_state_leave_master, once in vrrp_restore_interface) before it lets go.</summary>
    private static VrrpState GoDown(VrrpState state, List<VrrpEffect> effects)
    {
        var before = state.Faults;
        state = state with { Faults = before + 1 };
        if (before != 0) return state;
        var notify = new VrrpEffect.Notify(NotifyState.Fault, state.Effective);
        return EnterFault(state, effects, state.Role == VrrpRole.Master
            ? [new VrrpEffect.Send(0), new VrrpEffect.Send(0), new VrrpEffect.RemoveVips(), notify]
            : [notify]);
    }

    /// <summary>try_up_instance: the last FAULT that goes makes a BACKUP with a full timer.</summary>
    private VrrpState TryUp(VrrpState state, TimeSpan now, List<VrrpEffect> effects)
    {
        state = state with { Faults = state.Faults - 1 };
        return state.Faults != 0 ? state : EnterBackup(state with { MasterAdvert = _advert }, now, effects);
    }

    private VrrpState EnterBackup(VrrpState state, TimeSpan now, List<VrrpEffect> effects)
    {
        effects.Add(new VrrpEffect.Notify(NotifyState.Backup, state.Effective));
        return WithFullTimer(state with { Role = VrrpRole.Backup, VipSet = false }, now);
    }

    private static VrrpState EnterFault(VrrpState state, List<VrrpEffect> effects, ReadOnlySpan<VrrpEffect> what)
    {
        foreach (var effect in what) effects.Add(effect);
        return state with { Role = VrrpRole.Fault, VipSet = false, Due = null };
    }

    private VrrpState WithFullTimer(VrrpState state, TimeSpan now)
    {
        var down = Down(state);
        return state with { DownTimer = down, Due = now + down };
    }

    private static int Limited(int total) => Math.Clamp(total, 1, 254);
}
