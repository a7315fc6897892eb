using System.Collections.Immutable;
using Arbiter.Configuration;
using Arbiter.Core;
using Arbiter.Groups;
using Arbiter.Quorum;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Api;

/// <summary>Statuses as they look in the life of a pair, for the API, the page and the commands.</summary>
internal static class Pictures
{
    public static readonly GroupName Web = GroupName.Parse("web");
    public static readonly NodeId Lb1 = NodeId.Parse("lb1");
    public static readonly NodeId Lb2 = NodeId.Parse("lb2");
    private static readonly DateTimeOffset Utc = new(2026, 3, 1, 3, 7, 12, TimeSpan.Zero);

    public static ArbiterOptions Options(string listen = "127.0.0.1:0") => new()
    {
        Cluster = ClusterName.Parse("chengdu"),
        Replica = "arbiter1",
        RabbitMqUri = new Uri("amqp://arbiter@127.0.0.1:5672/ha"),
        RabbitMqPassword = "never-shown-mq",
        ClusterKey = "never-shown-key",
        HttpListen = listen,
        Quorum = new QuorumOptions { Redis = ["redis1:6379", "redis2:6379", "redis3:6379"], Password = "never-shown-redis" },
        Groups = [new GroupOptions { Name = Web, Vips = ["172.20.0.248/16"], Members = [new(Lb1, 100), new(Lb2, 80)] }],
    };

    public static Assignment Held(NodeId by, long epoch = 3, string reason = "failover: haproxy is gone on lb2") => new()
    {
        Group = Web, Epoch = epoch, Holder = by, Previous = by == Lb1 ? Lb2 : Lb1, Reason = reason, Utc = Utc,
        Moves =
        [
            new Move(1, null, Lb1, "initial", Utc.AddDays(-2)),
            new Move(2, Lb1, Lb2, "failover: haproxy is gone on lb1", Utc.AddHours(-5)),
            new Move(3, Lb2, Lb1, "failover: haproxy is gone on lb2", Utc),
        ],
    };

    public static RegisterStatus Register(RegisterState state = RegisterState.Leading, string? leader = "arbiter1", params string[] servers) => new()
    {
        State = state,
        Reason = state switch
        {
            RegisterState.Leading => "This replica leads term 12.",
            RegisterState.NotSeeded => "All 3 servers answer and none holds a register.",
            RegisterState.QuorumLost => "1 of 3 servers votes, 2 are needed.",
            _ => $"{leader} leads term 12.",
        },
        Leader = leader, Generation = state == RegisterState.NotSeeded ? 0 : 1772334431000, Term = 12, Seq = 40871,
        LeaseLeft = state == RegisterState.Leading ? TimeSpan.FromMilliseconds(5210) : null,
        Acceptors = [.. (servers.Length == 0 ? ["voting", "voting", "voting"] : servers).Select((s, i) => new AcceptorStatus(
            $"redis{i + 1}:6379", s, $"run{i}", $"inc{i}", null, null, s == "unreachable" ? null : 0.4 + i, s switch
            {
                "unreachable" => "connection refused",
                "restarted" => "it restarted at 03:01 and may have forgotten what it promised; it does not vote",
                "virgin" => "holds no register",
                _ => null,
            }))],
        Assignments = ImmutableSortedDictionary<GroupName, Assignment>.Empty,
    };

    public static ProbeReading Probe(string name, string kind, ProbeClass c, ProbeState state, string reason, int misses = 0, double took = 0.4) => new()
    {
        Name = name, Kind = kind, Class = c, State = state, Reason = reason, SinceMs = state == ProbeState.Up ? 7_340_000 : 2_300, Misses = misses,
        FirstMissMs = misses > 0 ? 2_300 : 0, Goods = misses > 0 ? 0 : 1000, SampleMs = 80, PreviousSampleMs = 180, LatencyMs = took, IntervalMs = 100,
    };

    public static GroupReading Reading(VrrpRole role, SteeredRole steered, int priority, Health health = Health.Good, bool fenced = false, OrderedRole? ordered = OrderedRole.Holder) => new()
    {
        Group = Web, Role = role, RoleMs = 18_000_000, VipPresent = role == VrrpRole.Master, KeepalivedAlive = true, EffectivePriority = priority, Base = 240,
        Fenced = fenced, Steered = steered, Health = health, HealthyMs = health == Health.Good ? 7_340_000 : 0, Generation = 1772334431000, Term = 12, Epoch = 3,
        Ordered = ordered, Pending = false, Transitions = [],
    };

    public static HealthEvent Event(NodeId node, GroupReading reading, bool dead = false, string? haproxyReason = null) => new()
    {
        V = 1, Cluster = ClusterName.Parse("chengdu"), Node = node, Process = "f00d", BootId = "b007", Seq = 4711, Nonce = "n", LoopDelayMs = 1,
        Groups = [reading],
        Probes =
        [
            Probe("haproxy", "process", ProbeClass.Hard, dead ? ProbeState.Down : ProbeState.Up, haproxyReason ?? (dead ? "process 2231 is gone, nothing listens on *:80" : "process 2231 runs, listens on *:80"), dead ? 4 : 0, 0.1),
            Probe("proxy", "http", ProbeClass.Hard, dead ? ProbeState.Down : ProbeState.Up, dead ? "connection refused" : "401 in time", dead ? 12 : 0, 0.9),
            Probe("gateway", "ping", ProbeClass.Soft, ProbeState.Up, "172.20.0.1 answers", 0, 0.2),
            Probe("web1", "http", ProbeClass.Soft, ProbeState.Up, "200 in time", 0, 1.8),
            Probe("web2", "http", ProbeClass.Soft, ProbeState.Up, "200 in time", 1, 14),
        ],
    };

    public static ClusterStatus Status(long version, GroupStatus group, HealthEvent? one, HealthEvent? two, TimeSpan? ageOne, TimeSpan? ageTwo, bool bus = true) => new(
        version, bus, bus ? "connected" : "connection refused by mq1:5672", [group],
        [
            new NodeStatus { Node = Lb1, Age = ageOne, Stale = ageOne is null || ageOne > TimeSpan.FromSeconds(3), Event = one },
            new NodeStatus { Node = Lb2, Age = ageTwo, Stale = ageTwo is null || ageTwo > TimeSpan.FromSeconds(3), Event = two },
        ]);

    public static GroupStatus Group(Assignment? held, NodeId[] masters, NodeId? standby, bool ready, HealthEvent? one, HealthEvent? two,
        TimeSpan? ageOne, TimeSpan? ageTwo, OrderedRole? wantOne, OrderedRole? wantTwo, string decision, string because, params Diagnosis[] diagnoses) => new()
    {
        Group = Web, Vips = ["172.20.0.248/16"], Mode = GroupMode.Act, Assignment = held, Masters = [.. masters], Standby = standby, StandbyReady = ready,
        Decision = decision, Because = because, Diagnoses = [.. diagnoses],
        Members =
        [
            new MemberStatus { Node = Lb1, Preference = 100, Wanted = wantOne, Age = ageOne, Stale = ageOne is null || ageOne > TimeSpan.FromSeconds(3), Reading = one?.Groups[0] },
            new MemberStatus { Node = Lb2, Preference = 80, Wanted = wantTwo, Age = ageTwo, Stale = ageTwo is null || ageTwo > TimeSpan.FromSeconds(3), Reading = two?.Groups[0] },
        ],
    };

    private static readonly TimeSpan Now = TimeSpan.FromMilliseconds(240);

    public static ClusterStatus Healthy(long version = 1)
    {
        var one = Event(Lb1, Reading(VrrpRole.Master, SteeredRole.Holder, 254));
        var two = Event(Lb2, Reading(VrrpRole.Backup, SteeredRole.Standby, 253, ordered: OrderedRole.Standby));
        return Status(version, Group(Held(Lb1), [Lb1], Lb2, true, one, two, Now, Now, OrderedRole.Holder, OrderedRole.Standby,
            "keep", "lb1 is recorded, MASTER and healthy; lb2 stands by."), one, two, Now, Now);
    }

    public static ClusterStatus Failover(long version = 2)
    {
        var one = Event(Lb1, Reading(VrrpRole.Fault, SteeredRole.Untold, 240, Health.HardBad, fenced: true), dead: true);
        var two = Event(Lb2, Reading(VrrpRole.Master, SteeredRole.Holder, 254));
        return Status(version, Group(Held(Lb2, 4, "failover: haproxy is gone on lb1"), [Lb2], null, false, one, two, Now, Now, OrderedRole.Untold, OrderedRole.Holder,
            "failover", "haproxy is gone on lb1, lb2 was ready and is MASTER.",
            new Diagnosis("ProcessDown", "warning", "haproxy is not running on lb1.", TimeSpan.FromSeconds(4)),
            new Diagnosis("NoHealthyStandby", "warning", "No healthy node stands by.", TimeSpan.FromSeconds(4))), one, two, Now, Now);
    }

    public static ClusterStatus NoHolder(long version = 3)
    {
        var one = Event(Lb1, Reading(VrrpRole.Fault, SteeredRole.Sick, 140, Health.HardBad), dead: true);
        var two = Event(Lb2, Reading(VrrpRole.Fault, SteeredRole.Sick, 132, Health.HardBad), dead: true);
        return Status(version, Group(Held(Lb1), [], null, false, one, two, Now, Now, OrderedRole.Holder, OrderedRole.Untold,
            "stay", "No node can serve: nobody is better than the recorded holder.",
            new Diagnosis("NoHolder", "critical", "No node says MASTER.", TimeSpan.FromSeconds(9))), one, two, Now, Now);
    }

    public static ClusterStatus Silent(long version = 4)
    {
        var ages = TimeSpan.FromSeconds(41);
        var one = Event(Lb1, Reading(VrrpRole.Master, SteeredRole.Holder, 254));
        return Status(version, Group(Held(Lb1), [], null, false, one, null, ages, null, OrderedRole.Holder, null,
            "wait", "Silence is not death: nothing moves.",
            new Diagnosis("AgentSilent", "warning", "lb1 has not reported for 41 s.", TimeSpan.FromSeconds(36))), one, null, ages, null);
    }

    public static ClusterStatus Unborn(long version = 5) => Status(version, Group(null, [], null, false, null, null, null, null, null, null,
        "not leading", "No register: no order is given."), null, null, null, null);
}
