using System.Collections.Immutable;
using Contracts.Vocabulary;
using Demo.Page;
using Demo.Panel;
using World.Hosts;

namespace Browser.Stand;

/// <summary>A panel whose faults do nothing but stand there.</summary>
internal sealed class FakePanel(FakeStory story) : IFaultPanel
{
    private readonly Lock _gate = new();
    private ImmutableArray<Fault> _faults =
    [
        .. Nodes("kill-haproxy", "Kill haproxy", "The agent sees its process go within milliseconds and takes {0} out; the armed standby follows."),
        .. Nodes("hang-haproxy", "Hang haproxy", "The process of {0} is there and answers nothing."),
        .. Nodes("cut-gateway", "Cut the gateway", "{0} alone loses the way out: a better node takes over."),
        .. Nodes("isolate", "Isolate", "The cable of {0} is pulled: the others elect a new holder, and it takes itself out after a grace."),
        new("split", "split", "", "Split", "VRRP adverts between the holder and the others are lost.", false),
        new("stop-broker", "stop-broker", "", "Stop the broker", "No word between agents and arbiter.", false),
    ];

    public ImmutableArray<Fault> Faults
    {
        get { lock (_gate) return _faults; }
    }

    /// <summary>What a press waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<string?> Set(string id, bool on, CancellationToken stopping)
    {
        await Gate.WaitAsync(stopping);
        lock (_gate)
        {
            if (_faults.FirstOrDefault(f => f.Id == id) is not { } fault) return null;
            if (fault.On != on) story.Say("you", $"{(on ? "broke" : "mended")} {id}", Tone.Fault);
            _faults = _faults.Replace(fault, fault with { On = on });
            return on ? $"broke {id}" : $"mended {id}";
        }
    }

    public Task Heal(CancellationToken stopping)
    {
        lock (_gate) _faults = [.. _faults.Select(f => f with { On = false })];
        return Task.CompletedTask;
    }

    private static IEnumerable<Fault> Nodes(string kind, string label, string help) =>
        new[] { "lb1", "lb2", "lb3" }.Select(n => new Fault($"{kind}/{n}", kind, n, label, help.Replace("{0}", n), false));
}

/// <summary>A story that a test writes, in a time of its own.</summary>
internal sealed class FakeStory : IStoryline
{
    private readonly Lock _gate = new();
    private ImmutableList<StoryLine> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    public int Most { get; set; } = 500;

    public ImmutableArray<StoryLine> Lines
    {
        get { lock (_gate) return [.. _lines]; }
    }

    public TimeSpan At { get; set; } = TimeSpan.FromSeconds(41.2);

    public void Say(string who, string text, Tone tone)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _lines = _lines.Add(new StoryLine(++_last, At += TimeSpan.FromMilliseconds(2), who, text, tone));
            if (_lines.Count > Most) _lines = _lines.RemoveAt(0);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    public async Task Newer(long than, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_last > than) return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(stopping);
        }
    }
}

/// <summary>A world and replicas that a test sets.</summary>
internal sealed class FakeSights : ISights
{
    public static readonly GroupName Web = GroupName.Parse("web");
    public static readonly GroupName Api = GroupName.Parse("api");
    public static readonly ImmutableArray<NodeId> Nodes = [NodeId.Parse("lb1"), NodeId.Parse("lb2"), NodeId.Parse("lb3")];

    private volatile WorldPicture _picture = Healthy();

    public WorldPicture Picture
    {
        get => _picture;
        set => _picture = value;
    }

    public TimeSpan? Armed { get; set; } = TimeSpan.FromSeconds(30);

    public List<FakeReplica> Replicas { get; } = [];

    public Task<WorldPicture> World(CancellationToken stopping) => Task.FromResult(_picture);

    public ReplicaDoor? Choose() => Replicas.FirstOrDefault(r => !r.Door.Stopped.IsCancellationRequested)?.Door;

    public static WorldPicture Healthy() => new(
        TimeSpan.FromSeconds(40),
        [Group(Web, Nodes[0]), Group(Api, Nodes[1])],
        [.. Nodes.Select(n => new NodePicture(n, ProxyState.Running, true, true, false, false, false, Roles(n)))]);

    /// <summary>lb1 lost haproxy, and lb2 has taken over.</summary>
    public static WorldPicture Moved() => Healthy() with
    {
        Groups = [Group(Web, Nodes[1]) with { Moves = 1, Outages = [new Outage(TimeSpan.Zero, TimeSpan.FromSeconds(1)), new Outage(TimeSpan.FromSeconds(41.204), TimeSpan.FromSeconds(41.2083))] }, Group(Api, Nodes[1])],
        Nodes =
        [
            .. Healthy().Nodes.Select(n => n.Name == Nodes[0]
                ? n with { Haproxy = ProxyState.Dead, Roles = n.Roles.SetItem(Web, new RolePicture(VrrpRole.Fault, 240, true)) }
                : n.Name == Nodes[1] ? n with { Roles = n.Roles.SetItem(Web, new RolePicture(VrrpRole.Master, 254, false)) } : n),
        ],
    };

    private static GroupPicture Group(GroupName name, NodeId holder) => new(name, [holder], holder, true, [new Outage(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3))], 0);

    private static ImmutableSortedDictionary<GroupName, RolePicture> Roles(NodeId node) => new Dictionary<GroupName, RolePicture>
    {
        [Web] = new(node == Nodes[0] ? VrrpRole.Master : VrrpRole.Backup, node == Nodes[0] ? 254 : 253, false),
        [Api] = new(node == Nodes[1] ? VrrpRole.Master : VrrpRole.Backup, node == Nodes[1] ? 254 : 253, false),
    }.ToImmutableSortedDictionary();
}
