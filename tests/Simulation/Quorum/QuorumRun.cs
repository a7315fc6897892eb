using System.Collections.Immutable;
using System.Globalization;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Simulation.Quorum.History;
using World.Time;

namespace Simulation.Quorum;

/// <param name="Broken">The invariant that did not hold; null when all held.</param>
/// <param name="Operations">Proposals and reads of clients.</param>
/// <param name="Searched">Histories that the order of epochs could not judge.</param>
/// <param name="Story">The newest lines of what happened, when asked for.</param>
internal sealed record RunResult(ulong Seed, Mix Mix, string? Invariant, string? Broken, TimeSpan At, ulong Hash, long Events, long Messages, long Chosen, long Generations,
    TimeSpan Led, bool NeedsPerson, long Operations, long Searched, IReadOnlyCollection<string> Story);

/// <summary>
/// One seed: replicas with the production lease, servers, the network between them, faults, clients, and the invariants after every event.
/// One thread and virtual time; the same seed always gives the same run.
/// </summary>
internal sealed partial class QuorumRun
{
    /// <summary>2026-01-01, in unix milliseconds.</summary>
    private const long Epoch = 1_767_225_600_000;
    private static readonly ImmutableArray<GroupName> s_groups = [.. Enumerable.Range(1, 3).Select(n => GroupName.Parse($"g{n}"))];

    private readonly Timeline _time = new();
    private readonly ulong _seed;
    private readonly Dice _dice;
    private readonly Dice _clients;
    private readonly Mix _mix;
    private readonly Planted _planted;
    private readonly Trace _trace;
    private readonly SharingReader _reader = new();
    private readonly Truth _truth;
    private readonly ClientHistory _history;
    private readonly Network _network;
    private readonly Server[] _servers;
    private readonly Process?[] _replicas;
    private readonly ImmutableArray<string> _names;
    private readonly int[] _lives;
    private readonly ulong[] _ids;
    private bool _healing;
    private bool _faultsOver;
    private int _proposals;
    private TimeSpan _led;
    private TimeSpan _ledFrom = TimeSpan.MinValue;

    public QuorumRun(ulong seed, Theme? theme = null, Planted? planted = null, bool story = false, Func<Mix, Mix>? with = null)
    {
        _seed = seed;
        (_dice, _clients) = (new Dice(seed), new Dice(~seed));
        _planted = planted ?? Planted.Nothing;
        _mix = Mix.Of(_dice.Fork(), theme);
        if (with is not null) _mix = with(_mix);
        _trace = new Trace(story);
        _names = [.. Enumerable.Range(1, _mix.Servers).Select(n => $"r{n}")];
        _truth = new Truth(_names, _mix.Settings, _reader);
        _history = new ClientHistory(s_groups, reasonsRepeat: false, () => _truth.DataLost);
        _network = new Network(_time, _dice.Fork(), _mix, _truth, _trace) { Deliver = Deliver };
        _servers = [.. _names.Select((n, i) => new Server(n, i, _planted))];
        _replicas = new Process?[_mix.Replicas];
        _lives = new int[_mix.Replicas];
        _ids = [.. Enumerable.Range(0, _mix.Replicas).Select(_ => _dice.NextULong() >> 1)];
    }

    public RunResult Run()
    {
        string? invariant = null, broken = null;
        var needsPerson = false;
        try
        {
            Installer.Seed(_servers, "sim", Epoch - 1000, _mix.Settings.Lease, _truth);
            for (var i = 0; i < _mix.Replicas; i++) Start(i);
            _time.After(_dice.LogUniform(TimeSpan.FromSeconds(1), _mix.FaultEvery), Trouble);
            _time.After(_mix.ProposeEvery * _dice.NextDouble(), Propose);
            _time.RunUntil(_mix.Length);
            if (_ledFrom != TimeSpan.MinValue) (_led, _ledFrom) = (_led + (_time.Now - _ledFrom), _time.Now);
            _faultsOver = true;
            Heal();
            needsPerson = _replicas.All(r => r!.Lease.Status().State == RegisterState.NotSeeded);
            if (!needsPerson) _truth.Healed([.. _replicas.Select(r => r!)], _servers, _time.Now);
            _history.End();
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
        return new RunResult(_seed, _mix, invariant, broken, _time.Now, _trace.Hash, _trace.Events, _network.Messages, _truth.Chosen, _truth.Generations, _led, needsPerson, _history.Operations, _history.Searched, _trace.Lines);
    }

    private void Start(int replica)
    {
        var life = ++_lives[replica];
        var id = _planted.ReusedId ? _ids[replica] : _dice.NextULong() >> 1;
        var name = $"{(char)('a' + replica)}/{(_planted.ReusedId ? 1 : life).ToString(CultureInfo.InvariantCulture)}";
        var settings = _planted.Settings?.Invoke(_mix.Settings) ?? _mix.Settings;
        var lease = new LeaderLease(settings, _names, name, id, _dice.Fork(), _planted.Code, _reader);
        // at the bounds, where it matters most, or anywhere between
        var rate = 1 + _mix.ClockRate * (_dice.Chance(0.5) ? _dice.Pick<double>([-1, 1]) : _dice.Between(-1, 1));
        var process = new Process(replica, name, id, lease, _time.Now, rate);
        _replicas[replica] = process;
        Tell($"{name} starts, its clock at {(rate - 1) * 100:+0.0;-0.0} %");
        Tick(process);
    }

    private void Tick(Process process) => Advance(process, new LeaseInput.Tick(process.Local(_time.Now)) { Floor = Floor(process) });

    private void Deliver(Process to, string server, Request request, Reply reply) =>
        Advance(to, new LeaseInput.Replied(to.Local(_time.Now), server, request, reply) { Floor = Floor(to) });

    /// <summary>The wall clock, and above what the nodes obey once they were heard.</summary>
    private long Floor(Process process) => Math.Max(Epoch + (long)(_time.Now + process.WallAhead).TotalMilliseconds,
        process.Local(_time.Now) > TimeSpan.FromSeconds(2) ? _truth.NewestGeneration + 1 : 0);

    private void Advance(Process process, LeaseInput input)
    {
        if (!process.Alive) return;
        if (process.PausedUntil > _time.Now)
        {
            if (process.Waiting.Count < 20_000) process.Waiting.Enqueue(input);
            return;
        }
        if (input is LeaseInput.Proposed proposed) _history.Asks(process, proposed, _time.Now);
        var effects = process.Lease.Advance(input);
        _trace.Mark(_time.Now, process.Replica, input is LeaseInput.Tick ? 1 : 2, effects.Count);
        for (var i = 0; i < effects.Count; i++)
        {
            switch (effects[i])
            {
                case LeaseEffect.Send { Envelope: var (server, request) }:
                    _truth.Asks(process, server, request, input.At);
                    if (request is Request.Accept or Request.Seed) _history.Sends(process, request, _time.Now);
                    _network.Ask(process, ServerOf(server), request);
                    break;
                case LeaseEffect.Tell { Event: var told }:
                    _trace.Mark(_time.Now, process.Replica, 3, told is RegisterEvent.Gained ? 1 : told is RegisterEvent.Lost ? 2 : 3);
                    if (_trace.Story && told is not RegisterEvent.Observed) Tell($"{process.Name} {Story.Of(told)}");
                    _truth.Told(process, told);
                    _history.Told(process, told, _time.Now);
                    if (told is RegisterEvent.Gained) AskWhoLeads();
                    break;
                case LeaseEffect.Say say when _trace.Story && say.Warning: Tell($"{process.Name} says: {say.Text}"); break;
            }
        }
        _truth.Advanced(process, _replicas, _time.Now);
        Count();
        if (process.Lease.Stopped) Die(process, "has stopped");
        else WakeUp(process);
    }

    private Server ServerOf(string name)
    {
        foreach (var server in _servers)
            if (server.Name == name) return server;
        throw new InvalidOperationException($"no server has the name {name}");
    }

    /// <summary>How long somebody could speak.</summary>
    private void Count()
    {
        var leads = false;
        foreach (var p in _replicas) leads |= p is not null && p.PausedUntil <= _time.Now && p.MaySpeak(_time.Now);
        if (_faultsOver) return;
        if (leads && _ledFrom == TimeSpan.MinValue) _ledFrom = _time.Now;
        if (leads || _ledFrom == TimeSpan.MinValue) return;
        _led += _time.Now - _ledFrom;
        _ledFrom = TimeSpan.MinValue;
    }

    /// <summary>The loop's timer: never early, a little late. One that is due sooner than needed looks again.</summary>
    private void WakeUp(Process process)
    {
        var at = process.Real(process.Lease.NextWake);
        if (process.Wake is { Cancelled: false } && process.WakeAt <= at) return;
        process.Wake?.Cancel();
        process.WakeAt = at;
        process.Wake = _time.At(at + TimeSpan.FromTicks((long)(_dice.NextDouble() * 5000)), new Timer(this, process));
    }

    private sealed class Timer(QuorumRun run, Process process) : Alarm
    {
        protected override void Ring()
        {
            process.Wake = null;
            if (!process.Alive || process.PausedUntil > run._time.Now) return;
            if (process.Local(run._time.Now) >= process.Lease.NextWake) run.Tick(process);
            else run.WakeUp(process);
        }
    }

    private void Die(Process process, string how)
    {
        process.Alive = false;
        process.Wake?.Cancel();
        Tell($"{process.Name} {how}");
        var back = _healing ? TimeSpan.FromSeconds(0.5) : _dice.LogUniform(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(30));
        _time.After(back, () => { if (_replicas[process.Replica] == process) Start(process.Replica); });
    }

    private void Pause(Process process, TimeSpan time)
    {
        if (process.PausedUntil > _time.Now) return;
        process.PausedUntil = _time.Now + time;
        Tell($"{process.Name} is paused for {time.TotalSeconds:0.00} s");
        _time.At(process.PausedUntil, () => Resume(process));
    }

    private void Resume(Process process)
    {
        if (!process.Alive || process.PausedUntil > _time.Now) return;
        Tell($"{process.Name} goes on");
        // whoever asks need not wait for its loop to wake
        AskWhatStands(process);
        while (process.Alive && process.Waiting.TryDequeue(out var input)) Advance(process, Late(process, input));
        Tick(process);
    }

    /// <summary>What waited is met with the clocks of now.</summary>
    private LeaseInput Late(Process process, LeaseInput input)
    {
        var met = input switch
        {
            LeaseInput.Proposed proposed => proposed with { Utc = Utc },
            LeaseInput.Wished wished => wished with { Utc = Utc },
            _ => input,
        };
        return met with { At = process.Local(_time.Now), Floor = Floor(process) };
    }

    /// <summary>A client wants a group moved, mostly at whoever leads, and sometimes with an epoch that was.</summary>
    private void Propose()
    {
        if (_healing) return;
        _time.After(_mix.ProposeEvery * (0.1 + 1.8 * _dice.NextDouble()), Propose);
        var process = _replicas.FirstOrDefault(r => r is not null && r.MaySpeak(_time.Now)) ?? _replicas[_dice.Next(_mix.Replicas)];
        AskWhoLeads();
        if (process is not { Alive: true }) return;
        if (_dice.Chance(0.3))
        {
            var wish = new OutboxWish.Diagnoses(GroupName.Parse("g1"), _dice.Chance(0.5) ? [] : [new OpenDiagnosis("Split", "warning", "two holders")]);
            Advance(process, new LeaseInput.Wished(process.Local(_time.Now), wish, Utc) { Floor = Floor(process) });
        }
        var group = GroupName.Parse($"g{_dice.Next(1, 4)}");
        var epoch = process.Known.GetValueOrDefault(group)?.Epoch ?? 0;
        if (_dice.Chance(0.1)) epoch = Math.Max(0, epoch - 1);
        Propose(process, group, epoch, NodeId.Parse($"n{_dice.Next(1, 4)}"));
        if (!_clients.Chance(_mix.Bursts)) return;
        // others want the same, or something else, at the same time
        for (var more = _clients.Next(1, 4); more > 0; more--)
        {
            var other = _clients.Chance(0.5) ? group : _clients.Pick(s_groups);
            Propose(process, other, process.Known.GetValueOrDefault(other)?.Epoch ?? 0, NodeId.Parse($"n{_clients.Next(1, 4)}"));
        }
    }

    private void Propose(Process process, GroupName group, long epoch, NodeId holder)
    {
        var proposal = new Proposal(group, epoch, holder, $"hard p{++_proposals}");
        Advance(process, new LeaseInput.Proposed(process.Local(_time.Now), proposal, Utc) { Floor = Floor(process) });
    }

    /// <summary>A client asks every replica what stands, and believes one that may speak.</summary>
    private void AskWhoLeads()
    {
        foreach (var process in _replicas) if (process is not null) AskWhatStands(process);
    }

    private void AskWhatStands(Process process)
    {
        if (!process.Alive || process.PausedUntil > _time.Now) return;
        if (_planted.StatusWithoutLease ? process.Lease.SpeakUntil > TimeSpan.MinValue : process.MaySpeak(_time.Now)) _history.Answers(process, process.Lease.Status(), _time.Now);
    }

    private DateTimeOffset Utc => DateTimeOffset.FromUnixTimeMilliseconds(Epoch + (long)_time.Now.TotalMilliseconds);

    private void Tell(string what) => _trace.Tell(_time.Now, what);
}
