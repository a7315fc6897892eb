using Arbiter.Quorum;

namespace Simulation.Quorum;

/// <summary>The faults, and their end.</summary>
internal sealed partial class QuorumRun
{
    private void Trouble()
    {
        if (_healing) return;
        var fault = _dice.Pick(_mix.Faults);
        _trace.Mark(_time.Now, 0, 4, (int)fault);
        Do(fault);
        _time.After(_mix.FaultEvery * -Math.Log(1 - _dice.NextDouble()), Trouble);
    }

    private void Do(Fault fault)
    {
        var server = _dice.Pick(_servers);
        var replica = _dice.Next(_mix.Replicas);
        var process = _replicas[replica]!;
        switch (fault)
        {
            case Fault.RestartIntact or Fault.RestartEmpty or Fault.RestartTailLost: Restart(server, fault); break;
            case Fault.RestartMany:
                foreach (var one in _servers.Where(_ => _dice.Chance(0.7)).ToArray())
                    Restart(one, _dice.Pick<Fault>([Fault.RestartIntact, Fault.RestartTailLost, Fault.RestartEmpty]));
                break;
            case Fault.EmptyAll:
                foreach (var one in _servers) Restart(one, _dice.Chance(0.5) ? Fault.RestartEmpty : Fault.Flush);
                break;
            case Fault.Flush: Restart(server, fault); break;
            case Fault.Rollback:
                if (!server.Up || !server.Rollback(_dice.Next(1, 5))) break;
                Tell($"the machine of {server.Name} is set back while it runs");
                _history.End();
                _truth.Excused = true;
                _truth.DataLost = true;
                break;
            case Fault.Stall:
                server.StalledUntil = _time.Now + _dice.LogUniform(TimeSpan.FromSeconds(0.05), TimeSpan.FromSeconds(30));
                Tell($"{server.Name} stalls until {server.StalledUntil.TotalSeconds:0.0}");
                break;
            case Fault.Unreachable:
                Tell($"{server.Name} is unreachable");
                for (var i = 0; i < _mix.Replicas; i++) _network.Cut(i, server.Index, true, true, _time.Now + Lasting());
                break;
            case Fault.CutOneWay:
                var to = _dice.Chance(0.5);
                Tell($"{(char)('a' + replica)} {(to ? ">" : "<")} {server.Name} is cut");
                _network.Cut(replica, server.Index, to, !to, _time.Now + Lasting());
                break;
            case Fault.CutLink:
                Tell($"{(char)('a' + replica)} = {server.Name} is cut");
                _network.Cut(replica, server.Index, true, true, _time.Now + Lasting());
                break;
            case Fault.Isolate:
                var until = _time.Now + Lasting();
                Tell($"{(char)('a' + replica)} reaches {(_dice.Chance(0.5) ? "nobody" : "a minority")} until {until.TotalSeconds:0.0}");
                foreach (var one in _servers.Skip(_dice.Next(2))) _network.Cut(replica, one.Index, true, true, until);
                break;
            case Fault.Swizzle: Swizzle(); break;
            case Fault.Storm:
                var (loss, slow) = (_network.Loss, _network.Slow);
                (_network.Loss, _network.Slow) = (_dice.Between(0.05, 0.3), 0.2);
                Tell("a storm on the network");
                _time.After(Lasting(), () => (_network.Loss, _network.Slow) = _healing ? (0, 0) : (loss, slow));
                break;
            case Fault.Crash:
                if (process.Alive) Die(process, "is killed");
                break;
            case Fault.CrashAll:
                foreach (var one in _replicas)
                    if (one!.Alive) Die(one, "is killed");
                break;
            case Fault.Pause:
                if (process.Alive) Pause(process, _dice.LogUniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(120)));
                break;
            case Fault.Stop:
                if (!process.Alive || process.Stopping) break;
                process.Stopping = true;
                Tell($"{process.Name} is asked to stop");
                Advance(process, new LeaseInput.Stop(process.Local(_time.Now)) { Floor = Floor(process) });
                break;
            case Fault.WallJump:
                process.WallAhead = TimeSpan.FromHours(_dice.Between(-1, 1));
                Tell($"the wall clock of {process.Name} jumps to {process.WallAhead.TotalMinutes:+0;-0} min");
                break;
        }
    }

    private TimeSpan Lasting() => _dice.LogUniform(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(40));

    /// <summary>Down for a while, then back as the fault says.</summary>
    private void Restart(Server server, Fault fault)
    {
        if (!server.Up) return;
        if (fault == Fault.Flush)
        {
            Tell($"{server.Name}: FLUSHALL");
            _truth.DataLost = true;
            server.Flush();
            return;
        }
        server.Up = false;
        Tell($"{server.Name} dies");
        var lost = _dice.Next(1, 12);
        _time.After(_dice.LogUniform(TimeSpan.FromSeconds(0.02), TimeSpan.FromSeconds(20)), () =>
        {
            _truth.DataLost |= fault != Fault.RestartIntact;
            if (fault == Fault.RestartIntact) server.RestartIntact();
            else if (fault == Fault.RestartEmpty) server.RestartEmpty();
            else server.RestartTailLost(lost);
            server.Up = true;
            Tell($"{server.Name} is back, {fault switch { Fault.RestartIntact => "as it was", Fault.RestartEmpty => "empty", _ => $"without its last {lost} writes" }}: {server.Run}");
        });
    }

    /// <summary>A part of the links is clogged one after the other, and freed in another order.</summary>
    private void Swizzle()
    {
        Tell("links are clogged one after the other");
        for (var r = 0; r < _mix.Replicas; r++)
            for (var s = 0; s < _mix.Servers; s++)
            {
                if (_dice.Chance(0.5)) continue;
                var (replica, server, lasting) = (r, s, Lasting());
                _time.After(TimeSpan.FromSeconds(_dice.Between(0, 5)), () => { if (!_healing) _network.Cut(replica, server, true, true, _time.Now + lasting); });
            }
    }

    /// <summary>No faults from here on: everything that is down comes back, and then there is a deadline.</summary>
    private void Heal()
    {
        _healing = true;
        Tell("every fault ends");
        (_network.Loss, _network.Slow, _network.Duplicate) = (0, 0, 0);
        _network.Heal();
        foreach (var server in _servers) if (server.StalledUntil > _time.Now + TimeSpan.FromSeconds(1)) server.StalledUntil = _time.Now + TimeSpan.FromSeconds(1);
        // what is down comes back within its own time, at most 30 s
        _time.RunUntil(_time.Now + TimeSpan.FromSeconds(1));
        for (var tries = 0; tries < 60 && (_servers.Any(s => !s.Up) || _replicas.Any(r => !r!.Alive || r.PausedUntil > _time.Now)); tries++)
        {
            foreach (var one in _replicas)
                if (one!.PausedUntil > _time.Now)
                {
                    one.PausedUntil = _time.Now;
                    Resume(one);
                }
            _time.RunUntil(_time.Now + TimeSpan.FromSeconds(1));
        }
        var wait = _mix.Settings.WaitOver(0);
        _time.RunUntil(_time.Now + 3 * wait + TimeSpan.FromSeconds(10));
    }
}
