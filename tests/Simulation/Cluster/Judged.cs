using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;
using NodeAgent.Core;
using World.Hosts;
using AgentInput = NodeAgent.Core.Input;
using Effect = NodeAgent.Core.Effect;
using GroupState = NodeAgent.Core.GroupState;
using Broken = Simulation.Quorum.Broken;

namespace Simulation.Cluster;

/// <summary>
/// Facts told to the judges by hand, for two nodes and one group at an advert interval of 1 s. lb1 has the production agent core, whose steps are told as they are,
/// or as <see cref="Step(AgentInput, Func{AgentState, AgentState})"/> makes them; what it writes is told as well.
/// </summary>
internal sealed class Judged
{
    public static readonly GroupName Web = GroupName.Parse("web");
    public static readonly NodeId Lb1 = NodeId.Parse("lb1");
    public static readonly NodeId Lb2 = NodeId.Parse("lb2");
    public static readonly ClusterName Name = ClusterName.Parse("sim");

    private static readonly WorldOptions s_world = new()
    {
        Cluster = Name, ClusterKey = "", Nodes = [Lb1, Lb2], Groups = [new WorldGroup(Web, "172.20.0.248/16", [Lb1, Lb2])], Advert = TimeSpan.FromSeconds(1),
    };

    private ImmutableSortedDictionary<GroupName, ObeyedRecord> _disk = ImmutableSortedDictionary<GroupName, ObeyedRecord>.Empty;
    private int _faults;
    private int _lives;
    private long _seq;

    /// <param name="more">Further nodes of the group.</param>
    public Judged(params NodeId[] more)
    {
        NodeId[] nodes = [.. s_world.Nodes, .. more];
        Told = new Judges(JudgeSettings.Of(s_world with { Nodes = nodes, Groups = [s_world.Groups[0] with { Ranking = nodes }] }, "pager"));
        Agent = null!;
    }

    public Judges Told { get; }
    public AgentState Agent { get; private set; }
    public TimeSpan Now { get; private set; }
    public GroupState Group => Agent.Groups[Web];
    /// <summary>What the judges hear of lb1's steps is the truth; false: only the steps, no files.</summary>
    public bool Writes { get; set; } = true;

    /// <summary>Rules that lb1's agent does not keep to from its next start on.</summary>
    public Deviations Deviations { get; init; } = Deviations.None;

    public static GroupPolicy Policy { get; } = new() { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = ["172.20.0.248/16"] };

    /// <summary>Time passes; a living agent ticks.</summary>
    public Judged After(double seconds)
    {
        var until = Now + TimeSpan.FromSeconds(seconds);
        for (; Now < until; Now += AgentCore.TickInterval)
            if (Agent is { Started: true }) Step(new AgentInput.Tick(Now));
            else Told.AgentStarted(Now, Lb2, "", null!);
        return this;
    }

    public Judged Start(bool master = true, int priority = 0, int fence = 0)
    {
        Agent = AgentState.Create(Topology.Agent(s_world, Lb1), $"p{++_lives}", "boot") with { Deviations = Deviations };
        Role(master ? NotifyState.Master : NotifyState.Backup, tell: false);
        Step(new AgentInput.Started(Now, [new GroupAtStart(Web, fence, priority, master, true, null, _disk.GetValueOrDefault(Web))]));
        foreach (var probe in new[] { "haproxy", "proxy" }) Probe(probe, SampleResult.Good);
        return Step(new AgentInput.LinkChanged(Now, true));
    }

    public Judged End()
    {
        Told.AgentEnded(Now, Lb1, Agent.Process);
        Agent = null!;
        return this;
    }

    public Judged Probe(string probe, SampleResult result)
    {
        for (var i = 0; i < 5; i++) Step(new AgentInput.ProbeSampled(Now, probe, probe, result, "said so", Now, TimeSpan.Zero));
        return this;
    }

    public Judged Role(NotifyState state, bool tell = true)
    {
        Told.RoleChanged(Now, Lb1, Web, state);
        if (!tell) return this;
        Step(new AgentInput.KeepalivedSaid(Now, Topology.Instance(Web), state, 240));
        return Step(new AgentInput.VipChanged(Now, Web, state == NotifyState.Master));
    }

    /// <summary>One step of the core, told as it is, or changed by a defect.</summary>
    public Judged Step(AgentInput input, Func<AgentState, AgentState>? defect = null)
    {
        var (before, step) = (Agent, AgentCore.Advance(Agent, input));
        Agent = defect is null ? step.State : defect(step.State);
        foreach (var effect in step.Effects)
            if (Writes && effect is Effect.Write write) Told.FileWritten(Now, Lb1, write.Group, write.File, write.Value, true);
        Told.AgentStepped(Now, input.At, Lb1, before, input, Agent);
        foreach (var effect in step.Effects)
            if (effect is Effect.Persist persist)
            {
                _disk = persist.Obeyed;
                Step(new AgentInput.Persisted(Now, persist.Request, null));
            }
        return this;
    }

    public Judged InGroup(AgentInput input, Func<GroupState, GroupState> defect) =>
        Step(input, s => s with { Groups = s.Groups.SetItem(Web, defect(s.Groups[Web])) });

    public Judged Tick(Func<GroupState, GroupState> defect) => InGroup(new AgentInput.Tick(Now += AgentCore.TickInterval), defect);

    public Judged Recorded(long epoch, NodeId holder, NodeId? previous = null, long generation = 1)
    {
        Told.Recorded(Now, generation, new Assignment { Group = Web, Epoch = epoch, Holder = holder, Previous = previous, Reason = "said so", Utc = default });
        return this;
    }

    public Order Order(OrderedRole role, long epoch, NodeId? to = null, NodeId? standby = null, bool otherMaster = false, long generation = 1, long term = 1) => new()
    {
        V = 1, Cluster = Name, Node = to ?? Lb1, Process = Agent?.Process ?? "", Generation = generation, Term = term, Seq = ++_seq,
        Nonce = NonceLedger.Format(Agent?.Process ?? "", Agent?.Seq ?? 0), ValidMs = 12_000,
        Groups = [new GroupOrder { Group = Web, Epoch = epoch, Role = role, Standby = standby, OtherMaster = otherMaster, Policy = Policy }],
    };

    public Judged Sent(Order order, double mayLive = 5)
    {
        Told.OrderSent(Now, "a/1", order, TimeSpan.FromSeconds(mayLive));
        return this;
    }

    /// <summary>Sent, and taken by lb1's agent.</summary>
    public Judged Obey(Order order) => Sent(order).Step(new AgentInput.Ordered(Now, order));

    public int Fault(ClusterFault fault, NodeId? node = null)
    {
        Told.FaultBegan(Now, ++_faults, fault, node);
        return _faults;
    }

    public Judged Over(int fault)
    {
        Told.FaultEnded(Now, fault);
        return this;
    }

    public Judged Holders(params NodeId[] holders)
    {
        Told.HoldersChanged(Now, Web, holders);
        return this;
    }

    public Judged Served(string? why = null)
    {
        Told.ServiceChanged(Now, Web, why);
        return this;
    }

    /// <summary>What follows breaks this invariant.</summary>
    public static void Breaks(string invariant, Action story)
    {
        var broken = Assert.Throws<Broken>(story);
        Assert.Equal(invariant, broken.Invariant);
    }
}
