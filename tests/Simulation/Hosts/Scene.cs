using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;
using World.Hosts;
using World.Time;

namespace Simulation.Hosts;

/// <summary>A world with a tiny leader, and what a test wants to know of it. All of it in virtual time.</summary>
internal sealed class Scene
{
    public static readonly GroupName Web = GroupName.Parse("web");
    public static readonly GroupName Db = GroupName.Parse("db");
    public static readonly NodeId Lb1 = NodeId.Parse("lb1");
    public static readonly NodeId Lb2 = NodeId.Parse("lb2");
    public static readonly NodeId Lb3 = NodeId.Parse("lb3");

    private TimeSpan _mark;
    private int _moves;

    public Scene(int seed = 1, double advert = 0.1, int nodes = 2, int groups = 1)
    {
        NodeId[] all = [.. new[] { Lb1, Lb2, Lb3 }.Take(nodes)];
        var options = new WorldOptions
        {
            Cluster = ClusterName.Parse("test"),
            ClusterKey = $"k1:{Convert.ToBase64String(new byte[32])}",
            Nodes = all,
            Groups = [.. new WorldGroup[] { new(Web, "172.20.0.248/16", all), new(Db, "172.20.0.249/16", [.. all.Reverse()]) }.Take(groups)],
            Advert = TimeSpan.FromSeconds(advert),
        };
        Broker = new InMemoryBroker(new TimelineClock(Time));
        World = new SimulatedWorld(options, Time, new Random(seed),
            node => new InMemorySteeringLink(Broker, node.Value, [new LinkBinding(Routes.OrderExchange, Routes.Order(node))]))
        { Happened = Story.Add };
        Leader = new TinyLeader(options, Time, Broker);
    }

    public Timeline Time { get; } = new();
    public InMemoryBroker Broker { get; }
    public SimulatedWorld World { get; }
    public TinyLeader Leader { get; }
    public List<Happening> Story { get; } = [];

    public GroupPicture Group(GroupName? name = null) => World.Picture().Groups.Single(g => g.Name == (name ?? Web));

    public RolePicture Role(NodeId node, GroupName? group = null) => World.Picture().Nodes.Single(n => n.Name == node).Roles[group ?? Web];

    public void Run(double seconds) => Time.RunUntil(Time.Now + TimeSpan.FromSeconds(seconds));

    /// <summary>lb1 holds at 254 and lb2 stands by at 253, for a while; nothing before this counts.</summary>
    public Scene Armed()
    {
        for (var waited = 0; Role(Lb1).Priority != 254 || Role(Lb2).Priority != 253; waited++)
        {
            Assert.True(waited < 600, $"never armed\n{Told()}");
            Run(0.1);
        }
        Run(3.05);
        Holds(Lb1);
        Assert.True(Group().Served);
        (_moves, _mark) = (Group().Moves, Time.Now);
        return this;
    }

    /// <summary>This node alone has the VIP.</summary>
    public void Holds(NodeId node) => Assert.True(Group().Holders is [var only] && only == node, $"{node} does not hold web alone\n{Told()}");

    /// <summary>Since it was armed.</summary>
    public Outage[] Outages => [.. Group().Outages.Where(o => o.From >= _mark)];

    /// <summary>Since it was armed.</summary>
    public int Moves => Group().Moves - _moves;

    /// <summary>The one outage since it was armed.</summary>
    public TimeSpan Outage() => Outages is [var only] ? only.Length(Time.Now) : throw new InvalidOperationException($"{Outages.Length} outages\n{Told()}");

    /// <summary>What the agent of a node takes for now.</summary>
    public TimeSpan AgentNow(NodeId node) => World.Host(node).Agent!.State.LastTick;

    public string Told() => string.Join('\n', Story.Select(h => FormattableString.Invariant($"{h.At.TotalSeconds,10:0.0000} {h.Who,-7} {h.Text}")));
}
