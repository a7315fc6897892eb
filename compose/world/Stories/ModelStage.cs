using System.Collections.Immutable;
using NodeAgent.Core;
using World.Time;
using World.Vrrp;

namespace World.Stories;

/// <summary>
/// Plays a story with keepalived as a model: nodes on one segment, virtual time. Every task it returns is completed, and the same story always
/// gives the same run.
/// </summary>
/// <param name="segment">How long an advert is under way; 0.1 ms when null.</param>
/// <param name="latency">How quick each node is; the measured medians when null.</param>
/// <param name="chance">Where jitter comes from; null: there is none.</param>
public sealed class ModelStage(TimeSpan? segment = null, KeepalivedLatency? latency = null, Random? chance = null) : IStage
{
    private readonly Timeline _time = new();
    private readonly TimeSpan _segment = segment ?? TimeSpan.FromMilliseconds(0.1);
    private readonly List<Sighting> _sightings = [];
    private readonly HashSet<(string, string)> _cut = [];
    private ImmutableArray<ModelNode> _nodes = [];

    public TimeSpan Now => _time.Now;

    public IReadOnlyList<Sighting> Sightings => _sightings;

    /// <summary>Called with every line of a notify FIFO: when, whose, what, and the priority.</summary>
    public Action<TimeSpan, string, NotifyState, int>? Notified { get; set; }

    public ValueTask Begin(ImmutableArray<NodeSetup> setup, TimeSpan advert)
    {
        _nodes = [.. setup.Select((s, i) => new ModelNode(this, s, i, advert))];
        foreach (var node in _nodes) node.Keepalived.Start();
        _time.RunUntil(_time.Now + Latency.Start);
        return default;
    }

    public ValueTask Act(StoryStep step)
    {
        switch (step)
        {
            case StoryStep.Fence fence: Node(fence.Node).Write(ModelNode.FenceFile, fence.Value); break;
            case StoryStep.Raise raise: Node(raise.Node).Write(ModelNode.PriorityFile, raise.Value); break;
            case StoryStep.KillKeepalived kill: Node(kill.Node).Keepalived.Kill(); break;
            case StoryStep.KillVrrpChild kill: Node(kill.Node).Keepalived.KillChild(); break;
            case StoryStep.StopKeepalived stop: Node(stop.Node).Keepalived.Stop(); break;
            case StoryStep.StartKeepalived start: Start(Node(start.Node).Keepalived); break;
            case StoryStep.Reload reload: Node(reload.Node).Keepalived.Reload(); break;
            case StoryStep.Freeze freeze: Node(freeze.Node).Keepalived.Freeze(freeze.Frozen); break;
            case StoryStep.Cable cable: Node(cable.Node).Keepalived.LinkChanged(cable.Plugged); break;
            case StoryStep.Partition { Cut: true } cut: _cut.Add(Pair(cut.Node, cut.Other)); break;
            case StoryStep.Partition join: _cut.Remove(Pair(join.Node, join.Other)); break;
            default: throw new ArgumentOutOfRangeException(nameof(step), step, "this step does nothing by itself");
        }
        return default;
    }

    public ValueTask Wait(TimeSpan time)
    {
        _time.RunUntil(_time.Now + time);
        return default;
    }

    public ValueTask<bool> UntilMaster(string node, TimeSpan patience)
    {
        var (wanted, end) = (Node(node), _time.Now + patience);
        while (!IsOnlyMaster(wanted))
        {
            if (_time.Next is not { } next || next > end) return new ValueTask<bool>(false);
            _time.Step();
        }
        return new ValueTask<bool>(true);
    }

    private bool IsOnlyMaster(ModelNode node) => node.Said == NotifyState.Master && _nodes.All(n => n.HasAddress == (n == node));

    /// <summary>A process that was told to end lives for another second, and another does not start beside it: so time passes until it is gone.</summary>
    private void Start(Keepalived keepalived)
    {
        var end = _time.Now + 2 * Latency.Stop;
        while (keepalived.Ending && _time.Next <= end && _time.Step()) { }
        keepalived.Start();
    }

    private ModelNode Node(string name) => _nodes.FirstOrDefault(n => n.Name == name) ?? throw new ArgumentException($"the story has no node '{name}'", nameof(name));

    private void Deliver(ModelNode from, Advert advert)
    {
        foreach (var node in _nodes)
            if (node != from && !_cut.Contains(Pair(from.Name, node.Name))) _time.After(_segment, () => node.Keepalived.Heard(advert));
    }

    private static (string, string) Pair(string one, string other) => string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);

    /// <summary>One host, as far as its keepalived uses it.</summary>
    private sealed class ModelNode : IVrrpHost
    {
        public const string FenceFile = "fence";
        public const string PriorityFile = "priority";
        private const int Vrid = 51;
        private const long FirstAddress = 0xAC14_00A2;

        private readonly ModelStage _stage;
        private readonly Dictionary<string, string> _files = [];

        public ModelNode(ModelStage stage, NodeSetup setup, int index, TimeSpan advert)
        {
            (_stage, Name) = (stage, setup.Node);
            if (setup.Raise != 0) _files[PriorityFile] = $"{setup.Raise}\n";
            var instance = new VrrpInstanceOptions
            {
                Name = "VI_1",
                Vrid = Vrid,
                Address = FirstAddress + index,
                Version = advert >= TimeSpan.FromSeconds(1) ? 2 : 3,
                Advert = advert,
                Base = setup.Priority,
                NoPreempt = setup.NoPreempt,
                StartAsMaster = setup.StartAsMaster,
                GarpMasterRefresh = setup.GarpMasterRefresh,
                TrackFiles = [new TrackFileOptions(PriorityFile, 1, 0, setup.Overwrite), new TrackFileOptions(FenceFile, 0)],
            };
            var options = new KeepalivedOptions { Instances = [instance], Latency = stage.Latency, Chance = stage.Chance };
            Keepalived = new Keepalived(options, stage._time, this);
        }

        public string Name { get; }

        public Keepalived Keepalived { get; }

        public bool HasAddress { get; private set; }

        /// <summary>The last state it told of; priorities and what it heard are none.</summary>
        public NotifyState? Said { get; private set; }

        /// <summary>By rename, as an agent does it: keepalived never sees half a file.</summary>
        public void Write(string path, int value)
        {
            _files[path] = $"{value}\n";
            Keepalived.FileChanged(path);
        }

        public string? ReadFile(string path) => _files.GetValueOrDefault(path);

        public void WriteFile(string path, string text) => _files[path] = text;

        public void Send(Advert advert) => _stage.Deliver(this, advert);

        public void AddVips(string instance) => Has(true);

        public void RemoveVips(string instance) => Has(false);

        public void Announce(string instance)
        {
            // Clients are not part of a story
        }

        public void Notify(string instance, NotifyState state, int priority)
        {
            if (state is NotifyState.Master or NotifyState.Backup or NotifyState.Fault or NotifyState.Stop) Said = state;
            _stage.Notified?.Invoke(_stage._time.Now, Name, state, priority);
        }

        private void Has(bool present)
        {
            if (HasAddress == present) return;
            HasAddress = present;
            _stage._sightings.Add(new Sighting(_stage._time.Now, Name, present));
        }
    }

    private KeepalivedLatency Latency { get; } = latency ?? new KeepalivedLatency();

    private Random? Chance { get; } = chance;
}
