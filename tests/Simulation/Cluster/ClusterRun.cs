using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Bus;
using Contracts.Messages;
using Contracts.Vocabulary;
using Contracts.Wire;
using Simulation.Quorum;
using World.Hosts;
using World.Time;

namespace Simulation.Cluster;

/// <param name="Broken">The invariant that did not hold; null when all held.</param>
/// <param name="Story">The newest lines of what happened, when asked for.</param>
internal sealed record ClusterResult(ulong Seed, ClusterMix Mix, string? Invariant, string? Broken, TimeSpan At, ulong Hash, long Events, ClusterFigures Figures, bool NeedsPerson,
    IReadOnlyCollection<string> Story);

/// <param name="Steps">Turns of agents.</param>
/// <param name="Faults">How many of each kind.</param>
/// <param name="Served">The part of the time, of all groups, in which a client was served.</param>
internal sealed record ClusterFigures(long Steps, long RegisterMessages, long Orders, long Assignments, long Recorded, long Delivered, ImmutableArray<int> Faults, double Served);

/// <summary>
/// One seed of the whole system: arbiters with the production lease, groups, orders, intake and deliveries; register servers; the broker in memory;
/// hosts with the production agent, keepalived, clients; faults; and the invariants after every event. One thread and virtual time: the same
/// seed always gives the same run.
/// </summary>
internal sealed partial class ClusterRun
{
    /// <summary>2026-01-01, in unix milliseconds.</summary>
    private static readonly long s_epoch = TimelineClock.Epoch.ToUnixTimeMilliseconds();
    private static readonly ClusterName s_name = ClusterName.Parse("sim");
    private static readonly string s_key = $"k1:{Convert.ToBase64String(new byte[32])}";

    private readonly Timeline _time = new();
    private readonly ulong _seed;
    private readonly ClusterPlanted _planted;
    private readonly Dice _dice;
    private readonly ClusterMix _mix;
    private readonly Trace _trace;
    /// <summary>Messages of the register: hashed, and left out of the story, which they would fill.</summary>
    private readonly Trace _messages = new(false);
    /// <summary>Shared, because the replicas read the same texts.</summary>
    private readonly SharingReader _reader = new();
    private readonly Truth _truth;
    private readonly Network _network;
    private readonly Server[] _servers;
    private readonly ImmutableArray<string> _serverNames;
    private readonly Replica?[] _replicas;
    private readonly Process?[] _processes;
    private readonly int[] _lives;
    private readonly bool[] _cutFromBroker;
    private readonly InMemoryBroker _broker;
    private readonly Roughness _roughness;
    private readonly SortedDictionary<NodeId, RoughLink> _agentLinks = [];
    private readonly SimulatedReceiver[] _receivers;
    private readonly SimulatedWorld _world;
    private readonly Cluster _cluster;
    private readonly IWitness _witness;
    private readonly Watching _watching;
    private readonly HashSet<(long Generation, long Epoch)> _recorded = [];
    private readonly HashSet<(long Generation, long Number, string Id)> _told = [];
    private long _generation;
    private long _orders;
    private long _delivered;

    /// <param name="judges">Who is told what happens; null: the judges of every invariant.</param>
    public ClusterRun(ulong seed, ClusterTheme? theme = null, Func<ClusterSetting, IWitness>? judges = null, bool story = false, Func<ClusterMix, ClusterMix>? with = null,
        ClusterPlanted? planted = null)
    {
        _seed = seed;
        _planted = planted ?? ClusterPlanted.Nothing;
        _dice = new Dice(seed);
        _mix = ClusterMix.Of(_dice.Fork(), theme);
        if (with is not null) _mix = with(_mix);
        _trace = new Trace(story);
        var register = _mix.Register;
        _serverNames = [.. Enumerable.Range(1, register.Servers).Select(n => $"r{n}")];
        _truth = new Truth(_serverNames, register.Settings, _reader) { ReasonsRepeat = true, Took = Took };
        _network = new Network(_time, _dice.Fork(), register, _truth, _messages) { Deliver = (to, server, request, reply) => Heard(to, server, request, reply) };
        _servers = [.. _serverNames.Select((n, i) => new Server(n, i, Planted.Nothing))];
        _replicas = new Replica?[register.Replicas];
        _processes = new Process?[register.Replicas];
        _lives = new int[register.Replicas];
        _cutFromBroker = new bool[register.Replicas];
        _broker = new InMemoryBroker(new TimelineClock(_time));
        _roughness = new Roughness(_time, _dice.Fork());
        _receivers = [.. new[] { "pager", "chat" }.Take(_mix.Receivers).Select(n => new SimulatedReceiver(n, _dice.Fork()))];
        var options = Options(_mix);
        var setting = new ClusterSetting(_mix, options, [.. options.Groups.Select(g => Rules(options, g) with { Deviations = _planted.Decisions })], [.. _receivers.Select(r => r.Name)], register.Settings);
        _witness = judges?.Invoke(setting) ?? ClusterSetting.Judges(setting);
        _world = new SimulatedWorld(options, _time, new Random(_dice.Next(int.MaxValue)), AgentLink) { Agents = _planted.Agents, Hosts = _planted.Hosts };
        _watching = new Watching(this, options);
        (_world.Watch, _world.Eyes) = (_watching, _watching);
        if (story) _world.Happened = h => _trace.Tell(h.At, $"{h.Who}  {h.Text}");
        _cluster = new Cluster(_time, _dice.Fork(), s_name, KeyRing.Parse(s_key), setting.Rules, [.. options.Nodes], _receivers, new Decoding(s_name), Sent, Ask, Delivered,
            story ? text => _trace.Tell(_time.Now, text) : null) 
        {
            Planted = _planted,
            Heard = (replica, node, reading) => _witness.Heard(_time.Now, replica.Name, node, reading.Group, reading.Fenced, reading.Steered),
        };
        _time.Stepped += Pump;
    }

    public ClusterResult Run()
    {
        string? invariant = null, broken = null;
        var needsPerson = false;
        try
        {
            Installer.Seed(_servers, s_name.Value, s_epoch - 1000, _mix.Register.Settings.Lease, _truth);
            for (var i = 0; i < _replicas.Length; i++) Start(i);
            // the hosts elect and the arbiters adopt before trouble begins
            _time.After(TimeSpan.FromSeconds(15) + _dice.LogUniform(TimeSpan.FromSeconds(1), _mix.FaultEvery), Trouble);
            _time.RunUntil(_mix.Troubled);
            needsPerson = Heal();
        }
        catch (Broken e)
        {
            (invariant, broken) = (e.Invariant, e.Message);
        }
#pragma warning disable CA1031 // P1: nothing may throw, whatever it is
        catch (Exception e)
#pragma warning restore CA1031
        {
            (invariant, broken) = ("P1", $"P1: {e}");
        }
        var figures = new ClusterFigures(_watching.Steps, _network.Messages, _orders, _recorded.Count, _told.Count, _delivered, [.. _began], _watching.Served(_time.Now));
        return new ClusterResult(_seed, _mix, invariant, broken, _time.Now, _trace.Hash ^ BitOperations.RotateLeft(_messages.Hash, 32), _trace.Events + _messages.Events, figures, needsPerson, _trace.Lines);
    }

    private static WorldOptions Options(ClusterMix mix)
    {
        NodeId[] nodes = [.. Enumerable.Range(1, mix.Nodes).Select(n => NodeId.Parse($"lb{n}"))];
        return new WorldOptions
        {
            Cluster = s_name,
            ClusterKey = s_key,
            Nodes = nodes,
            // each group prefers another node
            Groups = [.. Enumerable.Range(0, mix.Groups).Select(g => new WorldGroup(GroupName.Parse(new[] { "web", "db", "mail" }[g]), $"172.20.0.{248 + g}/16",
                [.. nodes.Skip(g % nodes.Length), .. nodes.Take(g % nodes.Length)]))],
            Advert = mix.Advert,
        };
    }

    private static GroupRules Rules(WorldOptions options, WorldGroup group) => new()
    {
        Group = group.Name,
        Members = [.. group.Ranking.Order().Select(n => new Member(n, Topology.Base(group, n)))],
        Advert = options.Advert,
        Policy = new GroupPolicy
        {
            OnControlPlaneLoss = ControlPlaneLoss.Local, OnIsolation = Isolation.Fence, Brakes = true, Vips = [group.Vip], Service = $"http://{group.Vip.Split('/')[0]}/",
        },
    };

    private void Start(int index)
    {
        var name = $"{(char)('a' + index)}/{(++_lives[index]).ToString(CultureInfo.InvariantCulture)}";
        var id = _dice.NextULong() >> 1;
        var register = _mix.Register;
        var lease = new LeaderLease(register.Settings, _serverNames, name, id, _dice.Fork(), _planted.Register, reader: _reader);
        var rate = 1 + register.ClockRate * (_dice.Chance(0.5) ? _dice.Pick<double>([-1, 1]) : _dice.Between(-1, 1));
        var process = _processes[index] = new Process(index, name, id, lease, _time.Now, rate);
        var link = new InMemorySteeringLink(_broker, $"arbiter-{(char)('a' + index)}",
            [new LinkBinding(Routes.HealthExchange, Routes.AllHealth), new LinkBinding(Routes.StateExchange, Routes.AllState)]) { Cut = _cutFromBroker[index] };
        var replica = _replicas[index] = new Replica(_cluster, process, new RoughLink(link, _roughness));
        replica.Pausing = time => Pause(replica, time);
        Tell($"{name} starts, its clock at {(rate - 1) * 100:+0.0;-0.0} %");
        replica.Start();
        replica.Post(Loop.Register, () => Ask(replica, new LeaseInput.Tick(default)));
    }

    private RoughLink AgentLink(NodeId node)
    {
        var link = new InMemorySteeringLink(_broker, node.Value, [new LinkBinding(Routes.OrderExchange, Routes.Order(node))]);
        return _agentLinks[node] = new RoughLink(link, _roughness);
    }

    private void Pump()
    {
        foreach (var replica in _replicas) replica?.Pump();
    }

    private void Heard(Process to, string server, Request request, Reply reply)
    {
        if (to.Alive && _replicas[to.Replica] is { } replica) replica.Post(Loop.Register, () => Ask(replica, new LeaseInput.Replied(default, server, request, reply)));
    }

    /// <summary>One turn of the lease: time is taken now, as in production.</summary>
    private void Ask(Replica replica, LeaseInput input)
    {
        var (process, local) = (replica.Process, replica.Clock.Now);
        var effects = process.Lease.Advance(input with { At = local, Floor = replica.Register.Floor });
        _trace.Mark(_time.Now, process.Replica, input is LeaseInput.Tick ? 1 : 2, effects.Count);
        var publish = input is LeaseInput.Tick or LeaseInput.Replied { Request: not Request.Read };
        for (var i = 0; i < effects.Count; i++)
        {
            switch (effects[i])
            {
                case LeaseEffect.Send { Envelope: var (server, request) }:
                    _truth.Asks(process, server, request, local);
                    _network.Ask(process, _servers[_serverNames.IndexOf(server)], request);
                    break;
                case LeaseEffect.Tell { Event: var told }:
                    publish = true;
                    if (_trace.Story && told is not RegisterEvent.Observed) Tell($"{process.Name} {Story.Of(told)}");
                    _truth.Told(process, told);
                    replica.Told(told);
                    break;
                case LeaseEffect.Say say when _trace.Story && say.Warning: Tell($"{process.Name} says: {say.Text}"); break;
            }
        }
        replica.Register.Advanced(publish);
        _truth.Advanced(process, _processes, _time.Now);
        if (process.Lease.Stopped) Die(replica, "has stopped", TimeSpan.FromSeconds(0.5));
        else WakeUp(replica);
    }

    /// <summary>The register's timer: never early, a little late. One that is due sooner than needed looks again.</summary>
    private void WakeUp(Replica replica)
    {
        var process = replica.Process;
        var at = process.Real(process.Lease.NextWake);
        if (process.Wake is { Cancelled: false } && process.WakeAt <= at) return;
        process.Wake?.Cancel();
        process.WakeAt = at;
        process.Wake = _time.At(at + TimeSpan.FromTicks((long)(_dice.NextDouble() * 5000)), () =>
        {
            process.Wake = null;
            replica.Post(Loop.Register, () =>
            {
                if (process.Local(_time.Now) >= process.Lease.NextWake) Ask(replica, new LeaseInput.Tick(default));
                else WakeUp(replica);
            });
        });
    }

    /// <param name="back">Until another one is started in its place; null: somebody does it.</param>
    private void Die(Replica replica, string how, TimeSpan? back)
    {
        if (!replica.Alive) return;
        replica.End();
        Tell($"{replica.Name} {how}");
        if (back is not { } after) return;
        _time.After(after, () => { if (_replicas[replica.Process.Replica] == replica) Start(replica.Process.Replica); });
    }

    private void Pause(Replica replica, TimeSpan time)
    {
        if (replica.Paused) return;
        replica.Process.PausedUntil = _time.Now + time;
        Tell($"{replica.Name} is paused for {time.TotalSeconds:0.00} s");
        _time.At(replica.Process.PausedUntil, () => Resume(replica));
    }

    private void Resume(Replica replica)
    {
        if (!replica.Alive || replica.Paused) return;
        Tell($"{replica.Name} goes on");
        replica.Resume();
        replica.Post(Loop.Register, () => Ask(replica, new LeaseInput.Tick(default)));
    }

    private void Sent(Replica replica, Order order, TimeSpan mayStill)
    {
        _orders++;
        _trace.Mark(_time.Now, replica.Process.Replica, 5, (int)order.Seq);
        var process = replica.Process;
        _witness.OrderSent(_time.Now, replica.Name, order, Least(mayStill, _truth.LawfulUntil(process) - process.Local(_time.Now)));
    }

    private void Delivered(string receiver, RecordedEvent what)
    {
        _delivered++;
        _trace.Mark(_time.Now, (int)what.Number, 6, (int)what.Epoch);
        if (_trace.Story) Tell($"{receiver}  is told {what.Id} ({what.Type} {what.From} > {what.To})");
        _witness.Delivered(_time.Now, receiver, what);
    }

    /// <summary>A majority took a value: what is new in it is recorded from now on.</summary>
    private void Took(RegisterValue value)
    {
        if (value.Gen > _generation)
        {
            if (_generation > 0) _witness.GenerationBegan(_time.Now, value.Gen, value.Outbox ?? Arbiter.Core.Outbox.Empty);
            _generation = value.Gen;
        }
        foreach (var (group, entry) in value.Groups)
        {
            if (!_recorded.Add((value.Gen, entry.Epoch))) continue;
            var assignment = entry.ToAssignment(GroupName.Parse(group));
            if (_trace.Story) Tell($"recorded: {group} at {entry.Holder}, epoch {entry.Epoch} ({entry.Reason})");
            _witness.Recorded(_time.Now, value.Gen, assignment);
        }
        foreach (var what in value.Outbox?.Events ?? [])
        {
            if (!_told.Add((what.Generation, what.Number, what.Id))) continue;
            if (_trace.Story) Tell($"recorded: {what.Id} as event {what.Number} of generation {what.Generation}, in generation {value.Gen}");
            _witness.EventRecorded(_time.Now, what);
        }
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Tell(string what) => _trace.Tell(_time.Now, what);
}
