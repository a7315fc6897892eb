using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>One node as it may be found.</summary>
internal sealed record Found(VrrpRole Role, bool Fenced, SteeredRole Steered, Health Health, bool Fresh, OrderedRole? Ordered = null);

/// <summary>Small worlds for tests that try all of them.</summary>
internal static class Worlds
{
    public static readonly TimeSpan Now = TimeSpan.FromSeconds(1000);
    public static readonly GroupName Group = GroupName.Parse("web");
    private static readonly VrrpRole[] Roles = [VrrpRole.Master, VrrpRole.Backup, VrrpRole.Fault];
    private static readonly SteeredRole[] Steered = [SteeredRole.Untold, SteeredRole.Standby, SteeredRole.Holder, SteeredRole.Yield, SteeredRole.Sick];
    private static readonly Health[] Healths = [Health.Good, Health.SoftBad, Health.HardBad];

    public static IEnumerable<Found> All() =>
        from role in Roles
        from fenced in new[] { false, true }
        from steered in Steered
        from health in Healths
        from fresh in new[] { true, false }
        from ordered in fenced ? new OrderedRole?[] { null, OrderedRole.Fence } : [null]
        select new Found(role, fenced, steered, health, fresh, ordered);

    public static NodeId Node(int i) => NodeId.Parse($"lb{i + 1}");

    public static GroupState State(int members, NodeId holder, NodeId? standby = null, OpenMove? move = null) =>
        GroupState.Start(new GroupRules
        {
            Group = Group,
            Members = [.. Enumerable.Range(0, members).Select(i => new Member(Node(i), 10 - i))],
            Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = ["172.20.0.248/16"] },
        }) with
        {
            BusConnected = true,
            Leading = true,
            GraceOver = true,
            Generation = 1,
            Term = 1,
            Assignment = new Assignment { Group = Group, Epoch = 5, Holder = holder, Reason = "test", Utc = DateTimeOffset.UnixEpoch },
            Standby = standby,
            Move = move,
        };

    /// <summary>The state after every node said what it is; those that are not fresh said it 10 s ago.</summary>
    public static Step Tell(GroupState state, params ReadOnlySpan<Found> found)
    {
        for (var i = 0; i < found.Length; i++)
        {
            var heard = state.Members[i].Hear(Report(Node(i), found[i]), Group, found[i].Fresh ? Now : Now - TimeSpan.FromSeconds(10));
            state = state.With(heard);
        }
        return Arbitration.Advance(state, new Input.Tick(Now));
    }

    private static HealthEvent Report(NodeId node, Found f) => new()
    {
        V = 1,
        Cluster = NodeModel.Cluster,
        Node = node,
        Process = "p",
        BootId = "b",
        Seq = 1,
        Nonce = "n",
        LoopDelayMs = 0,
        Probes = [Probe("haproxy", ProbeClass.Hard, f.Health == Health.HardBad), Probe("gateway", ProbeClass.Soft, f.Health == Health.SoftBad)],
        Groups =
        [
            new GroupReading
            {
                Group = Group,
                Role = f.Role,
                RoleMs = 60_000,
                VipPresent = f.Role == VrrpRole.Master,
                KeepalivedAlive = true,
                EffectivePriority = f.Steered switch { SteeredRole.Holder => 254, SteeredRole.Standby => 253, SteeredRole.Yield => 252, SteeredRole.Sick => 140, _ => 240 },
                Base = 240,
                Fenced = f.Fenced,
                Steered = f.Steered,
                Health = f.Health,
                HealthyMs = f.Health == Health.Good ? 60_000 : 0,
                Generation = 1,
                Term = 1,
                Epoch = 5,
                Ordered = f.Ordered,
                Pending = false,
                Transitions = [],
            },
        ],
    };

    private static ProbeReading Probe(string name, ProbeClass @class, bool down) => new()
    {
        Name = name,
        Kind = "ping",
        Class = @class,
        State = down ? ProbeState.Down : ProbeState.Up,
        Reason = "as the test wants it",
        SinceMs = 30_000,
        Misses = down ? 9 : 0,
        FirstMissMs = down ? 30_000 : 0,
        Goods = down ? 0 : 9,
        SampleMs = 0,
        PreviousSampleMs = 100,
        LatencyMs = 1,
        IntervalMs = 100,
    };
}
