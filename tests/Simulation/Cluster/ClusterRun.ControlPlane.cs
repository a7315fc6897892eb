using Arbiter.Quorum;
using Simulation.Quorum;

namespace Simulation.Cluster;

/// <summary>Faults of arbiters and register servers, and the end of all faults.</summary>
internal sealed partial class ClusterRun
{
    private void ControlPlane(ClusterFault fault)
    {
        var server = _dice.Pick(_servers);
        var index = _dice.Next(_replicas.Length);
        var replica = _replicas[index]!;
        switch (fault)
        {
            case ClusterFault.ReplicaKilled when replica.Alive: Begin(fault, null, $"replica {index}", Lasting(30), () => Die(replica, "is killed", null), () => Start(index)); break;
            case ClusterFault.ReplicasKilled: KillAll(fault, Lasting(30)); break;
            case ClusterFault.ReplicaPaused when replica is { Alive: true, Paused: false }:
                var time = _dice.LogUniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(120));
                var speaking = _dice.Chance(0.3);
                Begin(fault, null, $"replica {index}", time + TimeSpan.FromSeconds(speaking ? 2 : 0), () =>
                {
                    if (speaking) replica.PauseAtPublish(time);
                    else Pause(replica, time);
                }, () => GoOn(replica));
                break;
            case ClusterFault.ReplicaStopped when replica is { Alive: true, Paused: false, Process.Stopping: false }:
                replica.Process.Stopping = true;
                Begin(fault, null, $"replica {index}", TimeSpan.Zero, () => replica.Post(Loop.Register, () => Ask(replica, new LeaseInput.Stop(default))), () => { });
                break;
            case ClusterFault.ReplicaCutFromBroker: Begin(fault, null, $"replica {index} broker", Lasting(60), () => CutFromBroker(index, true), () => CutFromBroker(index, false)); break;
            case ClusterFault.ReplicaCutFromServers:
                var lasting = Lasting(60);
                var few = _dice.Chance(0.3) ? 1 : 0;
                Begin(fault, null, $"replica {index} servers", lasting, () =>
                {
                    foreach (var one in _servers.Skip(few)) _network.Cut(index, one.Index, true, _dice.Chance(0.8), _time.Now + lasting);
                }, () => { });
                break;
            case ClusterFault.WallJump:
                Begin(fault, null, $"wall clock {index}", Lasting(60), () => replica.Process.WallAhead = TimeSpan.FromHours(_dice.Between(-1, 1)), () => replica.Process.WallAhead = TimeSpan.Zero);
                break;
            case ClusterFault.ServerRestarted: Restart(fault, server, _dice.Chance(0.6) ? 0 : _dice.Next(1, 12)); break;
            case ClusterFault.ServerEmptied when _dice.Chance(0.5):
                if (!server.Up) break;
                Begin(fault, null, server.Name, TimeSpan.Zero, () => Flush(server), () => { });
                break;
            case ClusterFault.ServerEmptied: Restart(fault, server, -1); break;
            case ClusterFault.ServersEmptied: Begin(fault, null, "servers", TimeSpan.Zero, () => { foreach (var one in _servers) if (one.Up) Flush(one); }, () => { }); break;
            case ClusterFault.ServerStalled:
                var stall = Lasting(30);
                Begin(fault, null, server.Name, stall, () => server.StalledUntil = _time.Now + stall, () => { });
                break;
            case ClusterFault.ServerCut:
                var cut = Lasting(40);
                Begin(fault, null, server.Name, cut, () => { for (var i = 0; i < _replicas.Length; i++) _network.Cut(i, server.Index, true, true, _time.Now + cut); }, () => { });
                break;
            case ClusterFault.ControlPlaneKilled: KillEverything(Lasting(60)); break;
            default: break;
        }
    }

    /// <summary>Those that live; whoever is down already comes back by itself.</summary>
    private void KillAll(ClusterFault fault, TimeSpan lasting)
    {
        var killed = _replicas.Where(r => r!.Alive).Select(r => r!).ToArray();
        Begin(fault, null, "replicas", lasting, () => { foreach (var one in killed) Die(one, "is killed", null); }, () => { foreach (var one in killed) Anew(one); });
    }

    /// <summary>Every arbiter, the broker and every server, for so long; the servers keep their data, or do not.</summary>
    private void KillEverything(TimeSpan lasting)
    {
        var killed = _replicas.Where(r => r!.Alive).Select(r => r!).ToArray();
        var down = _servers.Where(s => s.Up).ToArray();
        var lost = _dice.Chance(0.7) ? 0 : _dice.Next(1, 12);
        if (_taken.Contains("bus")) return;
        Begin(ClusterFault.ControlPlaneKilled, null, "bus", lasting, () =>
        {
            _broker.Down = true;
            foreach (var one in killed) Die(one, "is killed", null);
            foreach (var one in down) one.Up = false;
        }, () =>
        {
            _broker.Down = false;
            foreach (var one in down) Back(one, lost);
            foreach (var one in killed) Anew(one);
        });
    }

    private void Anew(Replica killed)
    {
        if (_replicas[killed.Process.Replica] == killed) Start(killed.Process.Replica);
    }

    private void GoOn(Replica replica)
    {
        replica.PauseAtPublish(null);
        if (!replica.Paused) return;
        replica.Process.PausedUntil = _time.Now;
        Resume(replica);
    }

    private void CutFromBroker(int index, bool cut)
    {
        _cutFromBroker[index] = cut;
        _replicas[index]!.Link.Cut = cut;
    }

    /// <param name="lost">How many of its last writes are gone; negative: all of them.</param>
    private void Restart(ClusterFault fault, Server server, int lost)
    {
        if (!server.Up) return;
        Begin(fault, null, server.Name, _dice.LogUniform(TimeSpan.FromSeconds(0.02), TimeSpan.FromSeconds(20)), () => server.Up = false, () => Back(server, lost));
    }

    private void Back(Server server, int lost)
    {
        _truth.DataLost |= lost != 0;
        if (lost == 0) server.RestartIntact();
        else if (lost < 0) server.RestartEmpty();
        else server.RestartTailLost(lost);
        server.Up = true;
        Tell($"{server.Name} is back, {(lost == 0 ? "as it was" : lost < 0 ? "empty" : $"without its last {lost} writes")}: {server.Run}");
    }

    private void Flush(Server server)
    {
        _truth.DataLost = true;
        server.Flush();
        Tell($"{server.Name}: FLUSHALL");
    }

    /// <summary>No faults from here on: everything that is down comes back, and then there are deadlines.</summary>
    /// <returns>Whether nobody and nothing remembers the register: then a person is waited for.</returns>
    private bool Heal()
    {
        _healing = true;
        Tell("-- every fault ends");
        while (_underWay.Count > 0) End(_underWay[^1]);
        (_network.Loss, _network.Slow, _network.Duplicate) = (0, 0, 0);
        _network.Heal();
        foreach (var server in _servers) if (server.StalledUntil > _time.Now) server.StalledUntil = _time.Now;
        var healed = _time.Now;
        var wait = _mix.Register.Settings.WaitOver(0);
        _time.RunUntil(healed + 3 * wait + TimeSpan.FromSeconds(11));
        var needsPerson = _replicas.All(r => r!.Register.Status.State == RegisterState.NotSeeded);
        if (!needsPerson) _truth.Healed([.. _processes.Select(p => p!)], _servers, _time.Now);
        _time.RunUntil(healed + _mix.Healing);
        _history.End();
        if (!needsPerson) _witness.Healed(_time.Now, _time.Now - healed, _world.Picture());
        return needsPerson;
    }
}
