using Contracts.Messages;
using Contracts.Vocabulary;
using CsCheck;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace NodeAgent.Tests.Core;

/// <summary>Whatever happens in whatever order, some things never do. Each walk is a random sequence of inputs, repeatable by its seed.</summary>
public sealed class AgentPropertyTests
{
    private static readonly GroupName s_web = GroupName.Parse("web");

    private abstract record Event
    {
        public sealed record Sample(string Probe, SampleResult Result) : Event;
        public sealed record Said(NotifyState State, int Priority) : Event;
        public sealed record Vip(bool Present) : Event;
        public sealed record Alive(bool Yes) : Event;
        public sealed record Link(bool Up) : Event;
        public sealed record Wait(int Ms) : Event;
        public sealed record Ordered(OrderedRole Role, int Gen, int Term, int Epoch, bool Standby, bool Other, int AgeMs, bool Replay, bool Brakes) : Event;
        public sealed record Files(int Fence, int Priority) : Event;
        public sealed record WriteFails(SteeringFile File) : Event;
        public sealed record DownFile(bool Present) : Event;
    }

    private static readonly Gen<Event> s_event = Gen.Frequency<Event>(
        (6, Gen.Select(Of("haproxy", "gateway", "web1"), Gen.Enum<SampleResult>()).Select(t => (Event)new Event.Sample(t.Item1, t.Item2))),
        (5, Gen.Select(Gen.Enum<NotifyState>(), Of(240, 253, 254, 140)).Select(t => (Event)new Event.Said(t.Item1, t.Item2))),
        (3, Gen.Bool.Select(b => (Event)new Event.Vip(b))),
        (1, Gen.Bool.Select(b => (Event)new Event.Alive(b))),
        (1, Gen.Bool.Select(b => (Event)new Event.Link(b))),
        (6, Of(50, 200, 1000, 2500, 6000, 13000).Select(ms => (Event)new Event.Wait(ms))),
        (8, Gen.Select(Gen.Enum<OrderedRole>(), Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 5], Gen.Bool, Gen.Bool, Of(0, 0, 0, 4000, 12500))
            .Select(Gen.Bool, (o, b) => (Event)new Event.Ordered(o.Item1, o.Item2, o.Item3, o.Item4, o.Item5, o.Item6, o.Item7, false, b))),
        (1, Gen.Select(Gen.Int[0, 1], Of(0, 13, 14, -100, 7)).Select(t => (Event)new Event.Files(t.Item1, t.Item2))),
        (1, Gen.Enum<SteeringFile>().Select(f => (Event)new Event.WriteFails(f))),
        (1, Gen.Bool.Select(b => (Event)new Event.DownFile(b))));

    [Fact]
    public void No_walk_breaks_an_invariant() => s_event.Array[1, 120].Sample(events => Walk(Agent(), events), iter: 3000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_walk_breaks_an_invariant_of_a_down_file(bool fifo) => s_event.Array[1, 120].Sample(events => Walk(DownFileAgent(fifo), events), iter: 2000);

    private static void Walk(AgentState state, Event[] events)
    {
        var (now, seq) = (TimeSpan.FromSeconds(1), 0L);
        state = Feed(state, new Input.Started(now, [new GroupAtStart(s_web, 0, 0, false, true, null, null, state.Options.Groups[0].DownFile is null ? null : false)]));
        foreach (var happened in events)
        {
            switch (happened)
            {
                case Event.Wait wait:
                    for (var end = now + TimeSpan.FromMilliseconds(wait.Ms); now < end;)
                    {
                        now += AgentCore.TickInterval;
                        state = Feed(state, new Input.Tick(now));
                    }
                    break;
                case Event.Sample s:
                    state = Feed(state, new Input.ProbeSampled(now, s.Probe, "t", s.Result, "", now, TimeSpan.FromMilliseconds(1)));
                    break;
                case Event.Said s:
                    state = Feed(state, new Input.KeepalivedSaid(now, "VI_1", s.State, s.Priority));
                    break;
                case Event.Vip v:
                    state = Feed(state, new Input.VipChanged(now, s_web, v.Present));
                    break;
                case Event.Alive a:
                    state = Feed(state, new Input.KeepalivedAlive(now, s_web, a.Yes));
                    break;
                case Event.Link l:
                    state = Feed(state, new Input.LinkChanged(now, l.Up));
                    break;
                case Event.Files f:
                    state = Feed(state, new Input.FilesRead(now, s_web, f.Fence, f.Priority));
                    break;
                case Event.DownFile d:
                    state = Feed(state, new Input.DownFileRead(now, s_web, d.Present));
                    break;
                case Event.WriteFails w:
                    state = Feed(state, new Input.WriteFailed(now, s_web, state.Options.Groups[0].DownFile is null ? w.File : SteeringFile.Down, "full"));
                    break;
                case Event.Ordered o:
                    var order = OrderOf(state, o, now, ++seq);
                    state = Feed(state, new Input.Ordered(now, order));
                    // O3: the same order again, and again with a new sequence, writes nothing
                    var again = AgentCore.Advance(state, new Input.Ordered(now, order));
                    Assert.DoesNotContain(again.Effects, e => e is Effect.Write);
                    var refreshed = AgentCore.Advance(state, new Input.Ordered(now, order with { Seq = ++seq }));
                    Assert.DoesNotContain(refreshed.Effects, e => e is Effect.Write);
                    break;
            }
        }
    }

    /// <summary>One step, the results of its effects, and what must hold over it.</summary>
    private static AgentState Feed(AgentState before, Input input)
    {
        var step = AgentCore.Advance(before, input);
        var (old, now) = (before.Groups[s_web], step.State.Groups[s_web]);
        if (now.Options.DownFile is not null) DownFileHolds(before, old, now, input, step.Effects);
        foreach (var write in step.Effects.OfType<Effect.Write>().Where(w => w.File == SteeringFile.Priority))
        {
            // S2: holder only as MASTER with the VIP; O6: nothing above sick while a hard check is bad, fence's untold excepted
            // (what somebody else overwrote is restored in any state)
            if (write.Value == 14 && old.Steered != SteeredRole.Holder) Assert.True(now.Holding, $"254 written as {now.Role}");
            if (write.Value == 13 && old.Steered != SteeredRole.Standby) Assert.Equal(VrrpRole.Backup, now.Role);
            if (write.Value is 12 or 13 or 14) Assert.NotEqual(Health.HardBad, now.Health);
            if (write.Value == 0 && now.Health == Health.HardBad) Assert.True(now.Fence is not null || WasNotSick(now), "a bad node was raised to base");
        }
        // O1: what was applied never goes back
        Assert.True(now.Applied >= old.Applied);
        Assert.True(step.State.Speaker >= before.Speaker);
        // S5: no fence but an isolation fence outlives its deadline, and it is in the file
        if (now.Fence is { Kind: not FenceKind.Isolation } fence && step.State.Started && now.RetryWriteAt <= input.At)
        {
            Assert.True(input.At < fence.Until, "a fence outlived its deadline");
            Assert.Equal(1, now.FenceFile);
        }
        if (now.Fence is null && now.RetryWriteAt <= input.At) Assert.Equal(0, now.FenceFile);
        // a fenced node stands at base or sick
        if (now.Fence is not null) Assert.True(now.Steered is SteeredRole.Untold or SteeredRole.Sick);
        var state = step.State;
        foreach (var persist in step.Effects.OfType<Effect.Persist>()) state = Feed(state, new Input.Persisted(input.At, persist.Request, null));
        return state;
    }

    /// <summary>S8: what a file that means "not wanted" must never do.</summary>
    private static void DownFileHolds(AgentState before, GroupState old, GroupState now, Input input, IReadOnlyList<Effect> effects)
    {
        Assert.Null(now.Fence);
        var writes = effects.OfType<Effect.Write>().ToArray();
        Assert.All(writes, w => Assert.Equal(SteeringFile.Down, w.File));
        Assert.True(writes.Length <= 1);
        if (!before.Started) return;
        // a node that is bad has it
        if (now.Steered is SteeredRole.Sick or SteeredRole.Yield) Assert.True(now.DownWanted);
        foreach (var write in writes.Where(w => w.Value == 0))
        {
            Assert.NotEqual(Health.HardBad, now.Health);
            // it goes by an order, or where bad health alone had made it, or where somebody else made it
            var ordered = now.Order is { Role: OrderedRole.Holder or OrderedRole.Standby } || now.Steered is SteeredRole.Holder or SteeredRole.Standby;
            var restored = old.DownForHealth && old.Steered == SteeredRole.Sick;
            Assert.True(ordered || restored || old.DownWanted == false, "the file went without a word");
            // nobody is raised while somebody may still be MASTER by its word, unless ordered long ago
            if (now.Steered == SteeredRole.Holder && old.Steered != SteeredRole.Holder) Assert.True(now.Holding);
        }
        // leaving MASTER leaves the file, unless a standing order wants this very node as standby
        if (old.Role == VrrpRole.Master && now.Role != VrrpRole.Master) Assert.True(now.DownWanted == true || now.Steered == SteeredRole.Standby);
        if (now.RetryWriteAt <= input.At && now.DownWanted is { } wanted) Assert.Equal(wanted, now.DownFile);
    }

    /// <summary>Untold by leaving MASTER or by policy, before the health was looked at: allowed, it is a lowering.</summary>
    private static bool WasNotSick(GroupState group) => group.Steered != SteeredRole.Sick;

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Order OrderOf(AgentState state, Event.Ordered o, TimeSpan now, long seq)
    {
        var nonce = state.Nonces.Sent.Where(n => n.At <= now - TimeSpan.FromMilliseconds(o.AgeMs)).Select(n => n.Seq).DefaultIfEmpty(0).Max();
        return new Order
        {
            V = 1, Cluster = state.Options.Cluster, Node = state.Options.Node, Process = state.Process, Generation = o.Gen, Term = o.Term, Seq = seq,
            Nonce = NonceLedger.Format(state.Process, nonce), ValidMs = 12000,
            Groups =
            [
                new GroupOrder
                {
                    Group = s_web, Epoch = o.Epoch, Role = o.Role, Standby = o.Standby ? NodeId.Parse("lb2") : null, OtherMaster = o.Other,
                    Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = o.Brakes, Vips = ["172.20.0.248/16"] },
                },
            ],
        };
    }

    private static AgentState DownFileAgent(bool fifo)
    {
        var options = Agent().Options;
        return AgentState.Create(options with
        {
            Groups = [options.Groups[0] with { FenceFile = "", PriorityFile = "", Sick = 0, Base = 100, DownFile = "/d", DownWeight = -80, NotifyFifo = fifo ? "/run/a/n" : null }],
        }, "p1", "b1");
    }

    private static AgentState Agent()
    {
        static ProbeOptions Probe(string name, ProbeClass cls) => new()
        {
            Name = name, Process = cls == ProbeClass.Hard ? "haproxy" : null, Ping = cls == ProbeClass.Soft ? ["172.20.0.1"] : [], Class = cls,
            Interval = TimeSpan.FromSeconds(1), Deadline = TimeSpan.FromMilliseconds(500), Rise = 1, Fall = 1, HolderFall = 2,
        };
        return AgentState.Create(new AgentOptions
        {
            Cluster = ClusterName.Parse("test"), Node = NodeId.Parse("lb1"), RabbitMq = new BrokerOptions(new Uri("amqp://lb1@localhost"), ""), Key = "",
            Probes = [Probe("haproxy", ProbeClass.Hard), Probe("gateway", ProbeClass.Soft), Probe("web1", ProbeClass.Soft)],
            Groups =
            [
                new AgentGroupOptions
                {
                    Group = s_web, Instance = "VI_1", Interface = "eth0", Vips = ["172.20.0.248/16"], Base = 240, Sick = 140,
                    Advert = TimeSpan.FromMilliseconds(100), FenceFile = "/run/a/f", PriorityFile = "/run/a/p", NotifyFifo = "/run/a/n",
                    Probes = ["haproxy", "gateway", "web1"], IsolationProbes = ["gateway", "web1"],
                },
            ],
        }, "p1", "b1");
    }
}
