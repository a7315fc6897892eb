using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using World.Hosts;
using World.Time;

namespace Simulation.Hosts;

/// <summary>
/// As little of an arbiter as agents need: it believes the node that is MASTER, tells it holder and the best other member standby, and answers
/// each heartbeat with the standing orders. No quorum, no brakes, no opinion.
/// </summary>
internal sealed class TinyLeader
{
    private static readonly TimeSpan s_thinks = TimeSpan.FromMilliseconds(1);
    private readonly Timeline _time;
    private readonly WorldOptions _options;
    private readonly MessageCodec _codec;
    private readonly SortedDictionary<NodeId, MessageSigner> _signers = [];
    private readonly SortedDictionary<NodeId, (TimeSpan At, HealthEvent Health)> _heard = [];
    private readonly SortedDictionary<GroupName, Record> _records = [];
    private long _seq;

    private sealed class Record
    {
        public NodeId? Holder { get; set; }
        public NodeId? Standby { get; set; }
        public long Epoch { get; set; }
    }

    public TinyLeader(WorldOptions options, Timeline time, InMemoryBroker broker)
    {
        (_options, _time, _codec) = (options, time, new MessageCodec(options.Cluster));
        var keys = KeyRing.Parse(options.ClusterKey);
        foreach (var node in options.Nodes) _signers[node] = new MessageSigner(keys.DeriveNode(node), Direction.Order);
        foreach (var group in options.Groups) _records[group.Name] = new Record();
        Link = new InMemorySteeringLink(broker, "arbiter", [new LinkBinding(Routes.HealthExchange, Routes.AllHealth)]);
        Link.Attach();
        time.Stepped += Pump;
    }

    public InMemorySteeringLink Link { get; }

    /// <summary>It hears and says nothing.</summary>
    public bool Silent { get; set; }

    /// <summary>Every health event that it heard, as bytes: what a run was.</summary>
    public Action<ReadOnlyMemory<byte>>? Heard { get; set; }

    public HealthEvent Last(NodeId node) => _heard[node].Health;

    private void Pump()
    {
        while (Link.Events.TryRead(out var happened))
        {
            if (happened is not LinkEvent.Received { Envelope: var envelope } || Silent) continue;
            Heard?.Invoke(envelope.Body);
            var health = _codec.Decode<HealthEvent>(envelope).Message!;
            _heard[health.Node] = (_time.Now, health);
            _time.After(s_thinks, () => Think(health.Node));
        }
    }

    private void Think(NodeId node)
    {
        if (Silent) return;
        var changed = false;
        foreach (var group in _options.Groups) changed |= Think(group, _records[group.Name]);
        foreach (var other in _heard.Keys)
            if (changed || other == node) Send(other);
    }

    private bool Think(WorldGroup group, Record record)
    {
        var before = (record.Holder, record.Standby, record.Epoch);
        var masters = group.Ranking.Where(n => Reading(n, group.Name) is { Role: VrrpRole.Master, VipPresent: true }).ToArray();
        if (masters.Length == 1 && record.Holder != masters[0]) (record.Holder, record.Standby, record.Epoch) = (masters[0], null, record.Epoch + 1);
        var ready = group.Ranking.Where(n => n != record.Holder && Reading(n, group.Name) is { Role: VrrpRole.Backup, HealthyMs: > 10_000 } r && (record.Standby == n || r.RoleMs > 10_000)).ToArray();
        if (record.Standby is not { } standby || !ready.Contains(standby)) record.Standby = ready.Length > 0 && masters.Length == 1 ? ready[0] : null;
        return before != (record.Holder, record.Standby, record.Epoch);
    }

    private GroupReading? Reading(NodeId node, GroupName group) =>
        _heard.TryGetValue(node, out var heard) && _time.Now - heard.At < TimeSpan.FromSeconds(3) ? heard.Health.Groups.FirstOrDefault(g => g.Group == group) : null;

    private void Send(NodeId node)
    {
        var health = _heard[node].Health;
        var order = new Order
        {
            V = IMessage.CurrentVersion,
            Cluster = _options.Cluster,
            Node = node,
            Process = health.Process,
            Generation = 1,
            Term = 1,
            Seq = ++_seq,
            Nonce = health.Nonce,
            ValidMs = 12_000,
            Groups = [.. _options.Groups.Where(g => g.Ranking.Contains(node) && _records[g.Name].Holder is not null).Select(g => Order(g, node))],
        };
        if (order.Groups.Count > 0) Link.Publish(_signers[node].Sign(Routes.OrderExchange, Routes.Order(node), _codec.Encode(order)));
    }

    private GroupOrder Order(WorldGroup group, NodeId node)
    {
        var record = _records[group.Name];
        var armed = record.Standby is { } standby && Reading(standby, group.Name) is { Steered: SteeredRole.Standby, Role: VrrpRole.Backup };
        return new GroupOrder
        {
            Group = group.Name,
            Epoch = record.Epoch,
            Role = node == record.Holder ? OrderedRole.Holder : node == record.Standby ? OrderedRole.Standby : OrderedRole.Untold,
            Standby = armed ? record.Standby : null,
            OtherMaster = group.Ranking.Any(n => n != node && Reading(n, group.Name) is { Role: VrrpRole.Master, Health: not Health.HardBad }),
            Policy = new GroupPolicy
            {
                OnControlPlaneLoss = ControlPlaneLoss.Local,
                OnIsolation = Isolation.Fence,
                Brakes = true,
                Vips = [group.Vip],
                Service = $"http://{group.Vip.Split('/')[0]}/",
            },
        };
    }
}
