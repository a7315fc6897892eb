using System.Collections.Immutable;
using Arbiter.Core;
using Arbiter.Events;
using Arbiter.Groups;
using Arbiter.Intake;
using Arbiter.Journal;
using Arbiter.Orders;
using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Simulation.Quorum;
using World.Time;
using Envelope = Contracts.Bus.Envelope;

namespace Simulation.Cluster;

/// <summary>The tasks of an arbiter: each does its work in order, and which of them goes first after a standstill is chance.</summary>
internal enum Loop { Register, Groups, Orders, Intake, Notifications, Link }

/// <summary>What every replica of a run is made of.</summary>
/// <param name="Sent">An order left, with how much longer its sender may speak.</param>
/// <param name="Ask">Something for the lease.</param>
/// <param name="Delivered">A receiver took an event.</param>
internal sealed record Cluster(
    Timeline Time, Dice Dice, ClusterName Name, KeyRing Keys, ImmutableArray<GroupRules> Groups, ImmutableArray<NodeId> Nodes, IReadOnlyList<SimulatedReceiver> Receivers, Decoding Decoding,
    Action<Replica, Order, TimeSpan> Sent, Action<Replica, LeaseInput> Ask, Action<string, RecordedEvent> Delivered, Action<string>? Tell)
{
    public ClusterPlanted Planted { get; init; } = ClusterPlanted.Nothing;
    /// <summary>A group of a replica takes in what a node says of itself there.</summary>
    public Action<Replica, NodeId, GroupReading>? Heard { get; init; }
}

/// <summary>
/// One life of an arbiter: the production lease, groups, orders, intake, recorder and deliveries, each driven a turn at a time. Whatever one of
/// them asks of another happens after it is done, as through their inboxes.
/// </summary>
internal sealed class Replica : IGroups
{
    /// <summary>One way between an arbiter and the broker.</summary>
    private static readonly TimeSpan s_broker = TimeSpan.FromMilliseconds(0.3);
    private const int MostMissed = 20_000;

    private readonly Cluster _cluster;
    private readonly ImmutableArray<GroupTurns> _groups;
    private readonly OrderDesk _orders;
    private readonly IntakeTurns _intake;
    private readonly Notifier _notifier;
    private readonly Queue<Action> _work = new();
    private readonly Queue<Action>[] _missed = [.. Enum.GetValues<Loop>().Select(_ => new Queue<Action>())];
    private readonly List<Envelope> _stuck = [];
    private TimeSpan? _pauseAtPublish;
    private bool _working;
    private long _read;

    public Replica(Cluster cluster, Process process, RoughLink link)
    {
        (_cluster, Process, Link) = (cluster, process, link);
        Clock = new ReplicaClock(cluster.Time, process);
        var clock = new ProcessClock(Clock);
        Register = new SteppedRegister(process, Clock, input => Post(Loop.Register, () => cluster.Ask(this, input)))
        {
            SpeaksAlways = cluster.Planted.SpeaksAlways,
            AdoptsNobody = cluster.Planted.AdoptsNobody,
            Early = cluster.Planted.OrdersBeforeRecord ? Told : null,
        };
        StrictLog<T> Log<T>() => new(process.Name, cluster.Tell);
        _orders = new OrderDesk(cluster.Name, process.Name, cluster.Keys, cluster.Nodes, Register, new Wire(this), clock, Log<OrderDesk>())
        {
            Sent = order => cluster.Sent(this, order, Register.MayStill),
        };
        var recorder = new Recorder(cluster.Name, Register, Clock);
        var journal = new StepJournal(Log<StepJournal>());
        _groups = [.. cluster.Groups.Select(rules => new GroupTurns(rules, Register, cluster.Planted.FencesAll ? new FencingAll(_orders, rules) : _orders, journal, (_, _) => { }, clock, Log<GroupLoop>(), recorder))];
        _intake = new IntakeTurns(cluster.Name, cluster.Keys, cluster.Nodes, this, _orders, clock, null, Log<IntakeTurns>()) { Decode = cluster.Decoding.Read };
        _notifier = new Notifier(this, cluster.Time, cluster.Name, cluster.Receivers, cluster.Dice.NextULong(), Log<Notifier>(), cluster.Delivered) { Planted = cluster.Planted };
    }

    public Process Process { get; }
    public ReplicaClock Clock { get; }
    public SteppedRegister Register { get; }
    public RoughLink Link { get; }
    public string Name => Process.Name;
    public bool Alive => Process.Alive;
    public bool Paused => Process.PausedUntil > _cluster.Time.Now;

    public void Start()
    {
        Link.Attach();
        Every(Loop.Groups, TimeSpan.FromMilliseconds(200), () => PostAll(new Input.Tick(Clock.Now)));
        Every(Loop.Orders, TimeSpan.FromSeconds(1), _orders.Refresh);
        Every(Loop.Notifications, TimeSpan.FromMilliseconds(200), _notifier.Tick);
        Every(Loop.Link, TimeSpan.FromSeconds(2), Link.Beat);
    }

    /// <summary>The process ends here and now. What it had handed to the kernel still leaves.</summary>
    public void End()
    {
        Process.Alive = false;
        Process.Wake?.Cancel();
        _cluster.Time.After(s_broker, Link.Detach);
    }

    /// <summary>Has a loop do it: at once, behind what is being done, or when the process goes on.</summary>
    public void Post(Loop loop, Action action)
    {
        if (!Alive) return;
        if (Paused)
        {
            if (_missed[(int)loop].Count < MostMissed) _missed[(int)loop].Enqueue(action);
            return;
        }
        _work.Enqueue(action);
        Work();
    }

    /// <summary>It stands still between asking whether it may speak and speaking, the next time that it does.</summary>
    public void PauseAtPublish(TimeSpan? time) => _pauseAtPublish = time;

    public Action<TimeSpan>? Pausing { get; set; }

    /// <summary>The loops take up what they missed, each its own in order, and any of them first.</summary>
    public void Resume()
    {
        if (!Alive || Paused) return;
        foreach (var envelope in _stuck) Leave(envelope);
        _stuck.Clear();
        Work();
        while (Alive && !Paused && _missed.Where(m => m.Count > 0).ToArray() is { Length: > 0 } waiting)
        {
            _work.Enqueue(waiting[_cluster.Dice.Next(waiting.Length)].Dequeue());
            Work();
        }
    }

    /// <summary>Reads what came over the link.</summary>
    public void Pump()
    {
        if (Link.Happened == _read || !Alive || Paused) return;
        _read = Link.Happened;
        while (Link.Events.TryRead(out var happened))
        {
            if (happened is LinkEvent.Received) _cluster.Time.After(s_broker, () => Post(Loop.Intake, () => _intake.Take(happened)));
            else Post(Loop.Intake, () => _intake.Take(happened));
        }
    }

    /// <summary>What the register says, brought to every group.</summary>
    public void Told(RegisterEvent said)
    {
        foreach (var group in _groups)
            if (GroupSet.Translate(said, group.Group, Clock.Now) is { } input) Post(Loop.Groups, () => group.Take(input));
    }

    public bool Knows(NodeId node) => _groups.Any(g => g.Has(node));

    public void Post(NodeId node, Input input)
    {
        var report = (input as Input.NodeReported)?.Event;
        foreach (var reading in report?.Groups ?? []) Register.Reported(reading.Generation);
        foreach (var group in _groups)
            if (group.Has(node)) Post(Loop.Groups, () =>
            {
                foreach (var reading in report?.Groups ?? [])
                    if (reading.Group == group.Group) _cluster.Heard?.Invoke(this, node, reading);
                group.Take(input);
            });
    }

    public void Post(GroupName name, Input input)
    {
        foreach (var group in _groups)
            if (group.Group == name) Post(Loop.Groups, () => group.Take(input));
    }

    public void PostAll(Input input)
    {
        foreach (var group in _groups) Post(Loop.Groups, () => group.Take(input));
    }

    public GroupState State(GroupName name) => _groups.First(g => g.Group == name).State;

    private void Work()
    {
        if (_working) return;
        _working = true;
        while (Alive && !Paused && _work.TryDequeue(out var action)) action();
        _working = false;
    }

    /// <summary>At a fixed rate of the own clock, from a phase of its own. What a standstill made late is done once.</summary>
    private void Every(Loop loop, TimeSpan interval, Action action)
    {
        var due = Clock.Now + interval * _cluster.Dice.NextDouble();
        Again();

        void Again() => _cluster.Time.At(Process.Real(due), () =>
        {
            if (Alive) Post(loop, Do);
        });

        void Do()
        {
            action();
            for (due += interval; due <= Clock.Now;) due += interval;
            Again();
        }
    }

    /// <summary>A planted defect.</summary>
    private sealed class FencingAll(IOrders orders, GroupRules rules) : IOrders
    {
        public void Want(SpeakerToken speaker, NodeId node, GroupName group, GroupOrder? wanted)
        {
            orders.Want(speaker, node, group, wanted);
            if (wanted is not { Role: OrderedRole.Fence }) return;
            foreach (var member in rules.Members) orders.Want(speaker, member.Node, group, wanted);
        }

        public void RequestReport(NodeId node) => orders.RequestReport(node);

        public void Heard(NodeId node, string process, string nonce) => orders.Heard(node, process, nonce);

        public void Settled(LinkEvent.Sent sent) => orders.Settled(sent);

        public void Repeat() => orders.Repeat();
    }

    private void Leave(Envelope envelope) => _cluster.Time.After(s_broker, () => Link.Publish(envelope));

    /// <summary>The way from the desk to the broker.</summary>
    private sealed class Wire(Replica replica) : ISteeringLink
    {
        public System.Threading.Channels.ChannelReader<LinkEvent> Events => replica.Link.Events;

        public LinkHealth Health => replica.Link.Health;

        public void Publish(Envelope envelope)
        {
            if (replica._pauseAtPublish is { } time && !replica.Paused)
            {
                replica._pauseAtPublish = null;
                replica._stuck.Add(envelope);
                replica.Pausing?.Invoke(time);
            }
            // whoever asks again after a standstill is told that it is over; this is about the one that had asked
            else if (!replica.Paused) replica.Leave(envelope);
        }

        public Task Run(CancellationToken stopping) => throw new NotSupportedException("driven by the simulator");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
