using Arbiter.Core;
using Contracts.Vocabulary;
using World.Hosts;

namespace Simulation.Cluster;

/// <summary>The faults and their ends. What one fault took nobody else takes until it is given back.</summary>
internal sealed partial class ClusterRun
{
    private sealed record Fault(int Number, string Taken, Action Undo)
    {
        public bool Over { get; set; }
    }

    private readonly List<Fault> _underWay = [];
    private readonly HashSet<string> _taken = [];
    private bool _healing;
    private int _faults;
    private readonly int[] _began = new int[Enum.GetValues<ClusterFault>().Length];

    private void Trouble()
    {
        if (_healing) return;
        Do(_dice.Pick(_mix.Faults));
        _time.After(_mix.FaultEvery * -Math.Log(1 - _dice.NextDouble()), Trouble);
    }

    private void Do(ClusterFault fault)
    {
        var node = _dice.Pick(_world.Options.Nodes);
        switch (fault)
        {
            case ClusterFault.HaproxyDead or ClusterFault.HaproxyHung:
                Begin(fault, node, "haproxy", Lasting(60), () => _world.SetHaproxy(node, fault == ClusterFault.HaproxyDead ? ProxyState.Dead : ProxyState.Hung), () => _world.SetHaproxy(node, ProxyState.Running));
                break;
            case ClusterFault.KeepalivedKilled: Begin(fault, node, "keepalived", Lasting(30), () => _world.SetKeepalived(node, false), () => _world.SetKeepalived(node, true)); break;
            case ClusterFault.AgentKilled: Begin(fault, node, "agent", Lasting(60), () => _world.SetAgent(node, false), () => _world.SetAgent(node, true)); break;
            case ClusterFault.HostPaused: Begin(fault, node, "machine", Lasting(120), () => _world.SetPaused(node, true), () => _world.SetPaused(node, false)); break;
            case ClusterFault.HostClock:
                var (rate, ahead) = (_dice.Chance(0.8) ? _dice.Between(0.99, 1.01) : _dice.Between(0.8, 1.2), _dice.Chance(0.3) ? Lasting(10) : TimeSpan.Zero);
                Begin(fault, node, "clock", Lasting(120), () => _world.SetClock(node, rate, ahead), () => _world.SetClock(node, 1, TimeSpan.Zero));
                break;
            case ClusterFault.GatewayCut: Begin(fault, node, "gateway", Lasting(60), () => _world.CutGateway(node, true), () => _world.CutGateway(node, false)); break;
            case ClusterFault.GatewayCutForAll: Begin(fault, null, "gateway", Lasting(60), () => All(n => _world.CutGateway(n, true)), () => All(n => _world.CutGateway(n, false))); break;
            case ClusterFault.BackendsDown: Begin(fault, node, "backends", Lasting(60), () => _world.SetBackends(node, false), () => _world.SetBackends(node, true)); break;
            case ClusterFault.BackendsDownForAll: Begin(fault, null, "backends", Lasting(60), () => All(n => _world.SetBackends(n, false)), () => All(n => _world.SetBackends(n, true))); break;
            case ClusterFault.BrokerCut: Begin(fault, node, "broker", Lasting(60), () => _world.CutBroker(node, true), () => _world.CutBroker(node, false)); break;
            case ClusterFault.Isolated: Begin(fault, node, "cable", Lasting(60), () => _world.Isolate(node, true), () => _world.Isolate(node, false)); break;
            case ClusterFault.VrrpSplit:
                var other = _dice.Pick([.. _world.Options.Nodes.Where(n => n != node)]);
                Begin(fault, null, "vrrp", Lasting(60), () => _world.Split(node, other, true), () => _world.Split(node, other, false));
                break;
            case ClusterFault.DiskFull: Begin(fault, node, "disk", Lasting(60), () => _world.SetDisk(node, false, true), () => _world.SetDisk(node, true, true)); break;
            case ClusterFault.SteeringUnwritable: Begin(fault, node, "disk", Lasting(60), () => _world.SetDisk(node, _dice.Chance(0.5), false), () => _world.SetDisk(node, true, true)); break;
            case ClusterFault.ProbeLies:
                var lie = _dice.Chance(0.7) ? ProbeLie.AllBad : ProbeLie.AllGood;
                Begin(fault, node, "probes", Lasting(60), () => _world.SetProbes(node, lie), () => _world.SetProbes(node, ProbeLie.None));
                break;
            case ClusterFault.ProbeFlaps: Flap(node); break;
            case ClusterFault.MoveAsked: AskForMove(node); break;
            case ClusterFault.ReceiverDown or ClusterFault.ReceiverSlow:
                // one that comes back shortly before the end may owe a try that is minutes away
                if (_time.Now > _mix.Troubled * 0.5) break;
                var receiver = _dice.Pick(_receivers);
                Begin(fault, null, "receiver " + receiver.Name, Lasting(60), () => (receiver.Down, receiver.Slow) = (fault == ClusterFault.ReceiverDown, fault == ClusterFault.ReceiverSlow),
                    () => (receiver.Down, receiver.Slow) = (false, false));
                break;
            default:
                if (fault is >= ClusterFault.BrokerDown and <= ClusterFault.Garbage) Bus(fault, node);
                else ControlPlane(fault);
                break;
        }
    }

    /// <summary>A probe that says now this, now that, at a pace about its thresholds.</summary>
    private void Flap(NodeId node)
    {
        var (pace, bad) = (_dice.LogUniform(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5)), false);
        if (Begin(ClusterFault.ProbeFlaps, node, "probes", Lasting(60), () => { }, () => _world.SetProbes(node, ProbeLie.None)) is not { } trouble) return;
        Turn();

        void Turn()
        {
            if (trouble.Over) return;
            bad = !bad;
            _world.SetProbes(node, bad ? ProbeLie.AllBad : ProbeLie.None);
            _time.After(pace * _dice.Between(0.5, 1.5), Turn);
        }
    }

    /// <summary>Somebody asks the replica that leads, and now and then one that does not.</summary>
    private void AskForMove(NodeId node)
    {
        var replica = _replicas.FirstOrDefault(r => r is { Alive: true, Paused: false } && r.Process.MaySpeak(_time.Now)) ?? _replicas[_dice.Next(_replicas.Length)];
        if (_dice.Chance(0.1)) replica = _replicas[_dice.Next(_replicas.Length)];
        if (replica is not { Alive: true }) return;
        var group = _dice.Pick(_world.Options.Groups).Name;
        var request = new MoveRequest("operator", "asked by the simulator") { To = _dice.Chance(0.3) ? node : null, Force = _dice.Chance(0.5) };
        Begin(ClusterFault.MoveAsked, null, $"move {_faults}", TimeSpan.Zero, () => replica.Post(group, new Input.MoveAsked(replica.Clock.Now, request)), () => { });
    }

    private void Bus(ClusterFault fault, NodeId node)
    {
        switch (fault)
        {
            case ClusterFault.BrokerDown: Begin(fault, null, "bus", Lasting(60), () => _broker.Down = true, () => _broker.Down = false); break;
            case ClusterFault.BrokerBlocked: Begin(fault, null, "bus", Lasting(60), () => _broker.Blocked = true, () => _broker.Blocked = false); break;
            case ClusterFault.BrokerHolds: Begin(fault, null, "bus", Lasting(20), () => _broker.Held = true, () => _broker.Held = false); break;
            case ClusterFault.ConfirmLost: Begin(fault, null, "confirms", Lasting(20), () => _roughness.ConfirmsLost = true, () => _roughness.ConfirmsLost = false); break;
            case ClusterFault.MessageRepeated:
                var part = _dice.Pick<double>([0.01, 0.1, 0.5]);
                Begin(fault, null, "repeats", Lasting(60), () => _roughness.Repeats = part, () => _roughness.Repeats = 0);
                break;
            case ClusterFault.MessageLost when _dice.Chance(0.5): Begin(fault, null, "drop", TimeSpan.Zero, () => _broker.DropNext(_dice.Next(1, 30)), () => { }); break;
            case ClusterFault.MessageLost:
                var link = _dice.Chance(0.5) ? _agentLinks[node] : _dice.Pick(_replicas)!.Link;
                Begin(fault, null, "deaf", Lasting(20), () => link.Inner.Deaf = true, () => link.Inner.Deaf = false);
                break;
            default:
                if (Begin(fault, null, "garbage", Lasting(30), () => { }, () => { }) is not { } trouble) break;
                var rogue = new Contracts.Bus.InMemorySteeringLink(_broker, _dice.Pick([node.Value, "guest", "arbiter-a"]), []);
                rogue.Attach();
                Throw();

                void Throw()
                {
                    if (trouble.Over)
                    {
                        rogue.Detach();
                        return;
                    }
                    if (_roughness.Garbage() is { } garbage) rogue.Publish(garbage);
                    _time.After(_dice.LogUniform(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2)), Throw);
                }
                break;
        }
    }

    private void All(Action<NodeId> what)
    {
        foreach (var node in _world.Options.Nodes) what(node);
    }

    /// <param name="taken">What of a node, or of the whole, is no longer as it should be.</param>
    /// <returns>null: it is taken already.</returns>
    private Fault? Begin(ClusterFault fault, NodeId? node, string taken, TimeSpan lasting, Action act, Action undo)
    {
        var key = node is { } one ? $"{taken} of {one}" : taken;
        // what all share is nobody's while one has it
        if (_taken.Contains(taken) || node is null && _world.Options.Nodes.Any(n => _taken.Contains($"{taken} of {n}")) || !_taken.Add(key)) return null;
        var trouble = new Fault(++_faults, key, undo);
        _underWay.Add(trouble);
        _began[(int)fault]++;
        _trace.Mark(_time.Now, 0, 4, (int)fault);
        Tell($"-- {fault}{(node is null ? "" : $" of {node}")} for {lasting.TotalSeconds:0.00} s");
        _witness.FaultBegan(_time.Now, trouble.Number, fault, node);
        act();
        if (lasting == TimeSpan.Zero) End(trouble);
        else _time.After(lasting, () => End(trouble));
        return trouble;
    }

    private void End(Fault trouble)
    {
        if (trouble.Over) return;
        trouble.Over = true;
        _underWay.Remove(trouble);
        _taken.Remove(trouble.Taken);
        trouble.Undo();
        Tell($"-- {trouble.Taken} is as it should be");
        _witness.FaultEnded(_time.Now, trouble.Number);
    }

    private TimeSpan Lasting(double most) => _dice.LogUniform(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(most));
}
