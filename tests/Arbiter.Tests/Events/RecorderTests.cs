using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Tests.Core;
using Arbiter.Tests.Groups;
using Contracts.Messages;
using Contracts.Vocabulary;
using Microsoft.Extensions.Time.Testing;

namespace Arbiter.Tests.Events;

public sealed class RecorderTests
{
    private static readonly DateTimeOffset Utc = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private readonly FakeRegister _register = new();
    private readonly Recorder _recorder;

    public RecorderTests() => _recorder = new Recorder(ClusterName.Parse("test"), _register, new FakeTimeProvider(Utc));

    /// <summary>lb1 holds, lb2 stands by; lb1 told these transitions, the ages counted back from now.</summary>
    private static GroupState State(bool leading = true, params ReadOnlySpan<RoleTransition> told)
    {
        var holds = new Found(VrrpRole.Master, false, SteeredRole.Holder, Health.Good, true);
        var stands = new Found(VrrpRole.Backup, false, SteeredRole.Standby, Health.Good, true);
        var state = Worlds.Tell(Worlds.State(2, Worlds.Node(0), Worlds.Node(1)), holds, stands).State;
        var member = state.Members[0];
        return state.With(member with { Reading = member.Reading! with { Transitions = [.. told] } }) with { Leading = leading };
    }

    private static RoleTransition Turned(long counter, VrrpRole role, long ageMs) => new("boot", counter, role, ageMs);

    private void Lead() => _register.Gain(3);

    private RecordedEvent[] Told(string type) => [.. _register.Shown.Outbox.Events.Where(e => e.Type == type)];

    [Fact]
    public void A_transition_is_recorded_once_by_the_leader_with_the_time_it_happened()
    {
        Lead();
        var state = State(true, Turned(5, VrrpRole.Backup, 9_000), Turned(6, VrrpRole.Master, 250));
        _recorder.Look(state, Worlds.Now);
        _recorder.Look(state, Worlds.Now + TimeSpan.FromSeconds(2));

        Assert.Equal([("BACKUP", Utc.AddSeconds(-9)), ("MASTER", Utc.AddMilliseconds(-250))], Told(EventTypes.RoleChanged).Select(e => (e.To!, e.Utc)));
    }

    [Fact]
    public void Who_does_not_lead_records_nothing()
    {
        _recorder.Look(State(leading: false, Turned(5, VrrpRole.Master, 0)), Worlds.Now);
        Assert.Empty(_register.Wished);
    }

    [Fact]
    public void A_wish_that_was_lost_is_wished_again_after_a_second_and_not_sooner()
    {
        Lead();
        _register.DropWishes = true;
        var wished = _register.Wished.Count;
        var state = State(true, Turned(5, VrrpRole.Master, 0));
        foreach (var ms in new[] { 0, 50, 900 }) _recorder.Look(state, Worlds.Now + TimeSpan.FromMilliseconds(ms));
        Assert.Equal(wished + 1, _register.Wished.Count(w => w is OutboxWish.Transitions or OutboxWish.Note));
        _register.DropWishes = false;
        _recorder.Look(state, Worlds.Now + TimeSpan.FromSeconds(1));
        Assert.Single(Told(EventTypes.RoleChanged));
    }

    [Fact]
    public void That_somebody_else_leads_is_told_although_the_first_wish_was_lost()
    {
        _register.DropWishes = true;
        Lead();
        _register.DropWishes = false;
        foreach (var ms in new[] { 0, 900, 1_000, 2_500, 4_000 }) _recorder.Look(State(), Worlds.Now + TimeSpan.FromMilliseconds(ms));
        Assert.Single(Told(EventTypes.LeaderChanged));
        Assert.Equal(2, _register.Wished.Count(w => w is OutboxWish.Note));
    }

    [Fact]
    public void A_second_transition_does_not_wait_for_the_wish_of_the_first()
    {
        Lead();
        _register.DropWishes = true;
        _recorder.Look(State(true, Turned(5, VrrpRole.Backup, 0)), Worlds.Now);
        _register.DropWishes = false;
        _recorder.Look(State(true, Turned(5, VrrpRole.Backup, 1), Turned(6, VrrpRole.Master, 0)), Worlds.Now + TimeSpan.FromMilliseconds(1));
        Assert.Equal(["BACKUP", "MASTER"], Told(EventTypes.RoleChanged).Select(e => e.To!));
    }

    [Fact]
    public void The_next_leader_goes_on_where_the_last_one_stopped()
    {
        Lead();
        _recorder.Look(State(true, Turned(5, VrrpRole.Master, 0)), Worlds.Now);
        var taken = new FakeRegister();
        taken.Show(_register.Shown with { Term = 4 });
        new Recorder(ClusterName.Parse("test"), taken, new FakeTimeProvider(Utc))
            .Look(State(true, Turned(5, VrrpRole.Master, 7_000), Turned(6, VrrpRole.Fault, 0)), Worlds.Now);

        Assert.Equal(["MASTER", "FAULT"], taken.Shown.Outbox.Events.Where(e => e.Type == EventTypes.RoleChanged).Select(e => e.To!));
        Assert.Equal(2, taken.Shown.Outbox.Events.Count(e => e.Type == EventTypes.LeaderChanged));
    }

    [Fact]
    public void A_diagnosis_is_told_when_it_has_lasted_and_cleared_when_it_is_gone()
    {
        Lead();
        var bad = State() with { Findings = Found("ActuatorFailed lb1", Weight.Error) };
        _recorder.Look(bad, Worlds.Now + TimeSpan.FromMilliseconds(900));
        Assert.Empty(Told(EventTypes.DiagnosisRaised));
        _recorder.Look(bad, Worlds.Now + TimeSpan.FromSeconds(1));
        Assert.Equal(Severities.Critical, Assert.Single(Told(EventTypes.DiagnosisRaised)).Severity);
        _recorder.Look(State() with { Findings = Found() }, Worlds.Now + TimeSpan.FromSeconds(2));
        Assert.Equal("ActuatorFailed", Assert.Single(Told(EventTypes.DiagnosisCleared)).To);
    }

    [Fact]
    public void A_leader_that_has_not_heard_everybody_clears_nothing()
    {
        Lead();
        _recorder.Look(State() with { Findings = Found("DualMaster", Weight.Error) }, Worlds.Now);
        _recorder.Look(State() with { Findings = Found(), GraceOver = false }, Worlds.Now + TimeSpan.FromSeconds(2));
        Assert.Empty(Told(EventTypes.DiagnosisCleared));
    }

    private static ImmutableSortedDictionary<string, Finding> Found(string? key = null, Weight weight = Weight.Error) =>
        key is null ? ImmutableSortedDictionary<string, Finding>.Empty
            : ImmutableSortedDictionary<string, Finding>.Empty.Add(key, new Finding(key.Split(' ')[0], weight, "as the test wants it", Worlds.Now));
}
