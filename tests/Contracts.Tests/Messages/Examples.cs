using Contracts.Messages;
using Contracts.Vocabulary;

namespace Contracts.Tests.Messages;

/// <summary>One message of each kind with every field set, as they are recorded in Samples/.</summary>
internal static class Examples
{
    public static readonly ClusterName Cluster = ClusterName.Parse("shop");
    public static readonly NodeId Lb1 = NodeId.Parse("lb1");
    public static readonly NodeId Lb2 = NodeId.Parse("lb2");
    public static readonly GroupName Web = GroupName.Parse("web");
    private const string Boot = "5c1f9a52-0a0e-4d3c-9a27-8f1f6f2f7f10";

    public static ProbeReading Probe { get; } = new()
    {
        Name = "haproxy",
        Kind = "process",
        Class = ProbeClass.Hard,
        State = ProbeState.Up,
        Reason = "1 process, listens on *:80",
        SinceMs = 86_400_000,
        Misses = 1,
        FirstMissMs = 3,
        Goods = 1000,
        SampleMs = 3,
        PreviousSampleMs = 253,
        LatencyMs = 0.25,
        IntervalMs = 250,
    };

    public static GroupReading Group { get; } = new()
    {
        Group = Web,
        Role = VrrpRole.Master,
        RoleMs = 5_000,
        VipPresent = true,
        KeepalivedAlive = true,
        EffectivePriority = 254,
        Base = 240,
        Fenced = false,
        Steered = SteeredRole.Holder,
        Health = Health.Good,
        HealthyMs = 60_000,
        Generation = 1,
        Term = 7,
        Epoch = 42,
        Ordered = OrderedRole.Holder,
        Pending = false,
        Fault = "persist: disk full",
        Service = new ServiceReading(ProbeState.Up, "200", 61_000, 1.5),
        Transitions = [new RoleTransition(Boot, 1, VrrpRole.Backup, 9_000), new RoleTransition(Boot, 2, VrrpRole.Master, 5_000)],
    };

    public static HealthEvent HealthEvent { get; } = new()
    {
        V = 1,
        Cluster = Cluster,
        Node = Lb1,
        Process = "p-7f3a",
        BootId = Boot,
        Seq = 12,
        Nonce = "n-12-9d2c",
        LoopDelayMs = 1,
        TiltMs = 0,
        Probes = [Probe],
        Groups = [Group],
    };

    public static RoleObserved RoleObserved { get; } = new()
    {
        V = 1,
        Cluster = Cluster,
        Node = Lb1,
        Process = "p-7f3a",
        BootId = Boot,
        Counter = 2,
        Group = Web,
        Role = VrrpRole.Master,
        VipPresent = true,
        AgeMs = 0,
    };

    public static OrderResult OrderResult { get; } = new()
    {
        V = 1,
        Cluster = Cluster,
        Node = Lb1,
        Process = "p-7f3a",
        Group = Web,
        Generation = 1,
        Term = 7,
        Epoch = 42,
        Role = OrderedRole.Holder,
        Outcome = OrderOutcome.Applied,
        Reason = "MASTER at 254",
    };

    public static Order Order { get; } = new()
    {
        V = 1,
        Cluster = Cluster,
        Node = Lb1,
        Process = "p-7f3a",
        Generation = 1,
        Term = 7,
        Seq = 99,
        Nonce = "n-12-9d2c",
        ValidMs = 12_000,
        Report = true,
        Groups =
        [
            new GroupOrder
            {
                Group = Web,
                Epoch = 42,
                Role = OrderedRole.Holder,
                Standby = Lb2,
                OtherMaster = false,
                Policy = new GroupPolicy { OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = ["172.20.0.248/16"], Service = "http://172.20.0.248/" },
            },
        ],
    };

    public static LeaderAnnounced LeaderAnnounced { get; } = new() { V = 1, Cluster = Cluster, Leader = "arbiter-1", Generation = 1, Term = 7 };
}
