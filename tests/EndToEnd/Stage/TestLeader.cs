using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Lab;
using Lab.Configuration;
using Lab.Hosts;

namespace EndToEnd.Stage;

/// <summary>
/// Orders as a leader would, with the real keys at the real broker, but when the test says so and whatever the test says. Echoes each
/// heartbeat with the standing order, as the arbiter does.
/// </summary>
internal sealed class TestLeader : IAsyncDisposable
{
    public static GroupName Web { get; } = GroupName.Parse("web");
    private static readonly GroupPolicy Policy = new()
    {
        OnControlPlaneLoss = ControlPlaneLoss.Local,
        OnIsolation = Isolation.Fence,
        Brakes = false,
        Vips = [$"{Topology.Vip}/{Topology.PrefixLength}"],
    };

    private readonly Lock _gate = new();
    private readonly BusSeat _seat;
    private readonly KeyRing _clusterKey;
    private readonly Dictionary<string, HealthEvent> _heard = [];
    private readonly Dictionary<string, GroupOrder> _standing = [];
    private SpeakerToken _speaker;
    private long _seq;

    private TestLeader(BusSeat seat, KeyRing clusterKey)
    {
        (_seat, _clusterKey) = (seat, clusterKey);
        seat.OnReceived = Hear;
    }

    /// <summary>The highest epoch that an agent has applied so far.</summary>
    public long Epoch { get; private set; }

    public static async Task<TestLeader> Elect(Laboratory lab)
    {
        var key = KeyRing.Parse(lab.Host("arb1").Read(ArbiterYaml.KeyFile)!);
        var leader = new TestLeader(await BusSeat.AsArbiter(lab), key);
        var patience = TimeSpan.FromSeconds(10);
        for (var waited = TimeSpan.Zero; !leader.HeardBoth; waited += TimeSpan.FromMilliseconds(50))
        {
            if (waited > patience) throw new LabError("the agents were not heard");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
        leader.Begin();
        return leader;
    }

    public HealthEvent Heard(string node)
    {
        lock (_gate) return _heard[node];
    }

    public GroupReading Reading(string node) => Heard(node).Groups.Single();

    /// <summary>From now on each heartbeat of the node is answered with this; it is sent at once, too.</summary>
    public void Order(string node, OrderedRole role, long epoch, string? standby = null, bool otherMaster = false)
    {
        lock (_gate)
        {
            _standing[node] = new GroupOrder
            {
                Group = Web,
                Epoch = epoch,
                Role = role,
                Standby = standby is null ? null : NodeId.Parse(standby),
                OtherMaster = otherMaster,
                Policy = Policy,
            };
            Send(node);
        }
    }

    /// <summary>The order that would be sent now, to be spoilt by the test.</summary>
    public Order Draft(string node, OrderedRole role, long epoch)
    {
        lock (_gate)
        {
            return Whole(node, new GroupOrder { Group = Web, Epoch = epoch, Role = role, Policy = Policy });
        }
    }

    public void Publish(Order order, string node) => PublishBody(_seat.Codec.Encode(order), node);

    public void PublishBody(ReadOnlyMemory<byte> body, string node, KeyRing? otherKey = null)
    {
        var id = NodeId.Parse(node);
        var signer = new MessageSigner((otherKey ?? _clusterKey).DeriveNode(id), Direction.Order);
        _seat.Link.Publish(signer.Sign(Routes.OrderExchange, Routes.Order(id), body));
    }

    public void PublishAgain(Envelope envelope) => _seat.Link.Publish(envelope with { UserId = null });

    public ReadOnlyMemory<byte> Encode(Order order) => _seat.Codec.Encode(order);

    public ValueTask DisposeAsync() => _seat.DisposeAsync();

    private bool HeardBoth
    {
        get
        {
            lock (_gate) return Topology.Balancers.All(_heard.ContainsKey);
        }
    }

    private void Begin()
    {
        lock (_gate)
        {
            var groups = _heard.Values.SelectMany(health => health.Groups).ToList();
            _speaker = new SpeakerToken(groups.Max(group => group.Generation), groups.Max(group => group.Term) + 1000);
            Epoch = groups.Max(group => group.Epoch);
        }
    }

    private void Hear(Envelope envelope)
    {
        if (_seat.Codec.Decode<HealthEvent>(envelope.Body.Span) is not { Ok: true, Message: var health }) return;
        lock (_gate)
        {
            _heard[health.Node.Value] = health;
            if (_standing.ContainsKey(health.Node.Value)) Send(health.Node.Value);
        }
    }

    private void Send(string node) => Publish(Whole(node, _standing[node]), node);

    private Order Whole(string node, GroupOrder group) => new()
    {
        V = IMessage.CurrentVersion,
        Cluster = ClusterName.Parse(ArbiterYaml.Cluster),
        Node = NodeId.Parse(node),
        Process = _heard[node].Process,
        Generation = _speaker.Generation,
        Term = _speaker.Term,
        Seq = ++_seq,
        Nonce = _heard[node].Nonce,
        ValidMs = 12_000,
        Groups = [group],
    };
}
