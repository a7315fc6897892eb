using System.Collections.Immutable;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Vrrp;
using World.Vrrp.Instance;

namespace Simulation.Vrrp;

/// <summary>The instance alone, without time or a host: rules that a segment of well-behaved nodes does not show.</summary>
public sealed class InstanceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly List<VrrpEffect> _effects = [];

    [Theory]
    [InlineData(3, 1000)]
    [InlineData(2, 2000)]
    public void An_advert_of_another_version_or_version_2_interval_is_refused_by_a_backup(int version, double intervalMs)
    {
        var (instance, backup) = Backup(Options(200));
        var later = instance.Advance(backup, Hear(254, version, intervalMs), Second, _effects);
        Assert.Equal(backup.Due, later.Due);
        Assert.Equal(0, later.MasterPriority);
    }

    [Fact]
    public void What_a_master_refuses_puts_its_own_next_advert_off()
    {
        var (instance, master) = Master(Options(200));
        var now = master.Due!.Value - TimeSpan.FromMilliseconds(300);
        foreach (var input in new[] { Hear(254, 3, 1000), Hear(254, 2, 2000), Hear(200, 2, 1000, source: 1) })
        {
            var later = instance.Advance(master, input, now, _effects);
            Assert.Equal((VrrpRole.Master, now + Second), (later.Role, later.Due));
        }
        Assert.Empty(_effects);
    }

    [Fact]
    public void A_version_3_backup_waits_by_the_masters_interval()
    {
        var (instance, backup) = Backup(Options(128) with { Version = 3, Advert = TimeSpan.FromMilliseconds(100) });
        var later = instance.Advance(backup, Hear(254, 3, 500), Second, _effects);
        Assert.Equal(Second + TimeSpan.FromMilliseconds(1500 + 250), later.Due);
        later = instance.Advance(later, Hear(254, 3, 1e12), Second, _effects);
        Assert.True(later.Due < TimeSpan.FromMinutes(3));
        later = instance.Advance(later, new VrrpInput.Link(false), Second, _effects);
        later = instance.Advance(later, new VrrpInput.Link(true), Second, _effects);
        Assert.Equal(Second + TimeSpan.FromMilliseconds(300 + 50), later.Due);
    }

    [Fact]
    public void An_equal_advert_resets_the_timer_of_a_backup_whatever_the_addresses_are()
    {
        var (instance, backup) = Backup(Options(200));
        var later = instance.Advance(backup, Hear(200, 2, 1000, source: 0), Second, _effects);
        Assert.Equal(Second + VrrpTimers.Down(2, 200, Second), later.Due);
        Assert.Equal(200, later.MasterPriority);
    }

    [Fact]
    public void Nopreempt_accepts_a_lower_advert_as_a_backup_but_not_as_a_master()
    {
        var (instance, backup) = Backup(Options(200) with { NoPreempt = true });
        Assert.Equal(Second + VrrpTimers.Down(2, 200, Second), instance.Advance(backup, Hear(1, 2, 1000), Second, _effects).Due);
        (instance, var master) = Master(Options(200) with { NoPreempt = true });
        Assert.Equal(VrrpRole.Master, instance.Advance(master, Hear(1, 2, 1000), master.Due!.Value, _effects).Role);
        Assert.Equal(VrrpRole.Backup, instance.Advance(master, Hear(201, 2, 1000), master.Due!.Value, _effects).Role);
    }

    [Fact]
    public void A_lower_advert_after_the_timer_ended_makes_it_end_now_and_not_in_the_past()
    {
        var (instance, backup) = Backup(Options(200));
        var late = backup.Due!.Value + Second;
        var later = instance.Advance(backup, Hear(1, 2, 1000), late, _effects);
        Assert.Equal((TimeSpan.Zero, late), (later.DownTimer, later.Due));
    }

    [Fact]
    public void Several_faults_are_counted_and_only_the_first_and_the_last_matter()
    {
        var (instance, state) = Backup(Options(200));
        state = instance.Advance(state, new VrrpInput.FileRead(1, 7), Second, _effects);
        state = instance.Advance(state, new VrrpInput.FileRead(0, -254), Second, _effects);
        state = instance.Advance(state, new VrrpInput.Link(false), Second, _effects);
        Assert.Equal((VrrpRole.Fault, 3), (state.Role, state.Faults));
        Assert.Equal([new VrrpEffect.Notify(NotifyState.Fault, 200)], _effects);
        state = instance.Advance(state, new VrrpInput.FileRead(1, 0), Second, _effects);
        state = instance.Advance(state, new VrrpInput.FileRead(0, 5), Second, _effects);
        Assert.Equal((VrrpRole.Fault, 205), (state.Role, state.Effective));
        state = instance.Advance(state, new VrrpInput.Link(true), Second, _effects);
        Assert.Equal((VrrpRole.Backup, 205), (state.Role, state.Effective));
        Assert.Equal(2, _effects.Count);
    }

    [Fact]
    public void Another_value_of_a_fence_that_is_on_is_no_news()
    {
        var (instance, state) = Backup(Options(200));
        state = instance.Advance(state, new VrrpInput.FileRead(1, 1), Second, _effects);
        state = instance.Advance(state, new VrrpInput.FileRead(1, -7), Second, _effects);
        Assert.Equal((1, 1), (state.Faults, _effects.Count));
    }

    [Fact]
    public void A_start_with_a_number_that_does_not_fit_is_FAULT_as_seen_with_the_real_one()
    {
        // 2147483648 x 1 is cut to -2147483648: "entering FAULT state (tracked file p has status -2147483648)"; while it runs it is 253
        var instance = new VrrpInstance(Options(200));
        Assert.Equal(VrrpRole.Fault, instance.Advance(instance.Nothing, new VrrpInput.Started([2147483648, 0], true), Second, _effects).Role);
        var (_, running) = Backup(Options(200));
        Assert.Equal(254, instance.Advance(running, new VrrpInput.FileRead(0, 2147483648), Second, _effects).Effective);
    }

    [Fact]
    public void A_reload_that_finds_FAULT_takes_the_address_without_priority_0()
    {
        var (instance, master) = Master(Options(200));
        var state = instance.Advance(master, new VrrpInput.Reloaded([0, 1], true), Second, _effects);
        Assert.Equal(VrrpRole.Fault, state.Role);
        Assert.Equal([new VrrpEffect.Notify(NotifyState.Fault, 200), new VrrpEffect.RemoveVips()], _effects);
    }

    internal static VrrpInstanceOptions Options(int priority) => new()
    {
        Name = "VI_1", Vrid = 51, Address = 1, Version = 2, Advert = Second, Base = priority, TrackFiles = [new TrackFileOptions("p", 1), new TrackFileOptions("f", 0)],
    };

    private (VrrpInstance Instance, VrrpState State) Backup(VrrpInstanceOptions options)
    {
        var instance = new VrrpInstance(options);
        var state = instance.Advance(instance.Nothing, new VrrpInput.Started(ImmutableArray.Create(0L, 0L), true), TimeSpan.Zero, _effects);
        _effects.Clear();
        return (instance, state);
    }

    private (VrrpInstance Instance, VrrpState State) Master(VrrpInstanceOptions options)
    {
        var (instance, state) = Backup(options);
        state = instance.Advance(state, VrrpInput.TimerExpired.It, state.Due!.Value, _effects);
        Assert.Equal(VrrpRole.Master, state.Role);
        _effects.Clear();
        return (instance, state);
    }

    private static VrrpInput Hear(int priority, int version, double intervalMs, long source = 9) =>
        new VrrpInput.Heard(new Advert(51, source, priority, version, TimeSpan.FromMilliseconds(intervalMs)));
}
