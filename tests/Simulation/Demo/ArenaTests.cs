using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Demo.Page;
using Demo.Panel;
using Demo.Scenarios;
using World.Hosts;
using Step = Demo.Scenarios.Step;

namespace Simulation.Demo;

public sealed class ArenaTests(RunningArena running) : IClassFixture<RunningArena>
{
    private static readonly NodeId s_lb2 = NodeId.Parse("lb2");
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(60);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Wrongs => new()
    {
        { "pressed", "kill-haproxy/lb1 is still broken" },
        { "no leader", "no arbiter leads" },
        { "two beliefs", "believes in" },
        { "server away", "as unreachable" },
        { "no bus", "has no bus" },
        { "two holders", "lb1 and lb2 have the address" },
        { "no holder", "no node has the address" },
        { "elsewhere", "clients send to lb2" },
        { "not served", "serves nobody" },
        { "not recorded", "recorded is lb2" },
        { "not master", "does not see" },
        { "not ready", "no standby is ready" },
        { "stale", "is not heard" },
        { "fenced", "is fenced" },
        { "sick", "is not healthy" },
    };

    [Fact]
    public void What_is_armed_has_converged() => Assert.Null(Convergence.Missing(running.Armed));

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void One_thing_that_is_wrong_is_named(string wrong, string said) =>
        Assert.Contains(said, Convergence.Missing(Spoilt(running.Armed, wrong)) ?? "nothing is missing", StringComparison.Ordinal);

    [Fact]
    public void A_node_that_is_known_to_be_broken_need_not_be_well() =>
        Assert.Null(Convergence.MissingOfGroups(Spoilt(running.Armed, "sick"), [.. running.Armed.World.Nodes.Select(n => n.Name)]));

    [Fact]
    public void A_scenario_that_would_go_the_same_way_without_its_fault_looks_whether_it_was_there() => Assert.All(
        ScenarioList.All.Where(s => s.Expect.All(e => e.Moves.Least == 0) || s.Steps.OfType<Step.Press>().Count() > 1),
        scenario => Assert.Contains(scenario.Steps.OfType<Step.Until>(), u => u.Missing(running.Armed) is not null));

    [Fact]
    public void An_address_that_moved_while_all_was_away_is_seen()
    {
        var still = ScenarioList.All.Single(s => s.Name == "stop-everything").Steps.OfType<Step.Until>().Single(u => u.What == "nothing has moved");
        Assert.Null(still.Missing(running.Armed));
        var moved = running.Armed.World.Groups[0] with { Holders = [s_lb2], Moves = running.Armed.World.Groups[0].Moves + 1 };
        Assert.NotNull(still.Missing(running.Armed with { World = running.Armed.World with { Groups = [moved, .. running.Armed.World.Groups[1..]] } }));
    }

    [Fact]
    public async Task An_unknown_fault_is_nobodys()
    {
        Assert.Null(await running.Arena.Panel.Set("kill-haproxy/lb9", true, Stop));
        Assert.Null(await running.Arena.Panel.Set("", true, Stop));
        Assert.All(running.Arena.Panel.Faults, f => Assert.False(f.On));
    }

    [Fact]
    public async Task Pressing_what_is_pressed_changes_nothing_and_is_not_told_again()
    {
        var panel = running.Arena.Panel;
        Assert.Equal("Stopped Redis 3.", await panel.Set("stop-redis/3", true, Stop));
        var told = Told("stopped Redis 3");
        Assert.NotNull(await panel.Set("stop-redis/3", true, Stop));
        Assert.Equal(told, Told("stopped Redis 3"));
        Assert.Equal(["stop-redis/3"], panel.Faults.Where(f => f.On).Select(f => f.Id));
        await panel.Heal(Stop);
        Assert.All(panel.Faults, f => Assert.False(f.On));
        Assert.Null((await running.Arena.Converged(s_most, Stop)).Missing);
    }

    [Fact]
    public async Task A_paused_leader_is_replaced_and_steps_back_when_it_goes_on()
    {
        var (arena, paused) = (running.Arena, running.Arena.Replicas.Leader!);
        var door = arena.Choose()!;
        Assert.Equal(paused.Name, door.Name);
        await arena.Panel.Set("pause-leader", true, Stop);
        Assert.True(door.Stopped.IsCancellationRequested);
        Assert.NotEqual(paused.Name, arena.Choose()?.Name);
        // it believes in itself as long as it stands still, and cannot do anything with it
        Assert.True(paused.Leads);
        while (arena.Replicas.Leader is null) await Task.Delay(50, Stop);
        Assert.False(paused.Register.MaySpeak());
        await arena.Panel.Heal(Stop);
        Assert.Null((await arena.Converged(s_most, Stop)).Missing);
        Assert.NotSame(paused, arena.Replicas.Leader);
    }

    [Fact]
    public async Task With_all_arbiters_standing_still_there_is_nobody_to_ask()
    {
        await running.Arena.Panel.Set("stop-arbiters", true, Stop);
        Assert.Null(((ISights)running.Arena).Choose());
        await running.Arena.Panel.Heal(Stop);
        Assert.NotNull(((ISights)running.Arena).Choose());
        Assert.Null((await running.Arena.Converged(s_most, Stop)).Missing);
    }

    private int Told(string text) => running.Arena.Story.Lines.Count(l => l.Text == text);

    private static Snapshot Spoilt(Snapshot good, string wrong)
    {
        Snapshot World(Func<GroupPicture, GroupPicture> change) =>
            good with { World = good.World with { Groups = [change(good.World.Groups[0]), .. good.World.Groups[1..]] } };
        Snapshot Leader(Func<ReplicaView, ReplicaView> change) => good with { Running = [.. good.Running.Select(r => r == good.Leader ? change(r) : r)] };
        Snapshot Group(Func<GroupStatus, GroupStatus> change) => Leader(r => r with { Status = r.Status with { Groups = [.. r.Status.Groups.Select(g => g.Group.Value == "web" ? change(g) : g)] } });
        Snapshot Member(Func<MemberStatus, MemberStatus> change) => Group(g => g with { Members = [change(g.Members[0]), .. g.Members[1..]] });
        var holder = good.World.Groups[0].Holders[0];
        return wrong switch
        {
            "pressed" => good with { Pressed = ["kill-haproxy/lb1"] },
            "no leader" => Leader(r => r with { Register = r.Register with { State = RegisterState.Following } }),
            "two beliefs" => good with { Running = [.. good.Running.Select(r => r == good.Leader ? r : r with { Register = r.Register with { Leader = "another" } })] },
            "server away" => Leader(r => r with { Register = r.Register with { Acceptors = [r.Register.Acceptors[0] with { State = "unreachable" }, .. r.Register.Acceptors[1..]] } }),
            "no bus" => Leader(r => r with { Status = r.Status with { BusConnected = false } }),
            "two holders" => World(g => g with { Holders = [holder, s_lb2] }),
            "no holder" => World(g => g with { Holders = [] }),
            "elsewhere" => World(g => g with { Reached = s_lb2 }),
            "not served" => World(g => g with { Served = false }),
            "not recorded" => Group(g => g with { Assignment = g.Assignment! with { Holder = s_lb2 } }),
            "not master" => Group(g => g with { Masters = [] }),
            "not ready" => Group(g => g with { StandbyReady = false }),
            "stale" => Member(m => m with { Stale = true }),
            "fenced" => Member(m => m with { Reading = m.Reading! with { Fenced = true } }),
            "sick" => Member(m => m with { Reading = m.Reading! with { Health = Health.SoftBad } }),
            _ => throw new ArgumentException(wrong),
        };
    }
}
