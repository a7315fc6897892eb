using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using NodeAgent;
using NodeAgent.Core;
using NodeAgent.Reporting;

namespace World.Hosts;

/// <summary>
/// One life of a node's agent: the production core, its turns, its signatures and its refusals; only what touches a real machine is
/// simulated. Begins when it is made and ends by <see cref="Kill"/>.
/// </summary>
internal sealed class AgentProcess : IAgentHands, IStepWatch
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private readonly SimulatedWorld _world;
    private readonly SimulatedHost _host;
    private readonly ProcessClock _clock;
    private readonly ISteppedLink _link;
    private readonly OrderIntake _intake;
    private readonly AgentTurns _turns;
    private readonly AgentProbes _probes;
    private readonly Queue<Input> _inbox = [];
    private readonly SortedDictionary<GroupName, bool> _present = [];
    private bool _keepalivedTold;
    private bool _working;
    private long _read;

    public AgentProcess(SimulatedWorld world, SimulatedHost host, KeyRing keys, ISteppedLink link, string process)
    {
        (_world, _host, _link, _clock) = (world, host, link, new ProcessClock(host.Clock));
        var options = host.AgentOptions;
        var codec = new MessageCodec(options.Cluster);
        var reporter = new Reporter(new WireDelay(world.Time, link), codec, new MessageSigner(keys, Direction.Agent), host.Name, NullLogger<Reporter>.Instance);
        _intake = new OrderIntake(codec, new MessageVerifier(keys, Direction.Order), host.Name, _clock, NullLogger.Instance) { Deviations = world.Agents };
        var state = AgentState.Create(options, process, $"boot-{host.Name}", (long)host.Clock.Now.TotalMilliseconds) with { Deviations = world.Agents };
        _turns = new AgentTurns(state, _clock, reporter, this, this);
        _probes = new AgentProbes(this, host, world, _clock, options);
        Cut = host.Isolated || host.BrokerCut;
        world.Eyes?.AgentStarted(host.Name, process, state);
        link.Attach();
        _turns.Step(LookAround());
        Drain();
        Every(AgentCore.TickInterval, AgentCore.TickInterval, () => Post(new Input.Tick(_clock.Now)));
        Every(s_beat, s_beat, link.Beat);
        Every(s_look, world.Phase(s_look), LookAtKeepalived);
        _probes.Start();
    }

    public bool Alive { get; private set; } = true;

    public ISteppedLink Link => _link;

    public AgentState State => _turns.State;

    /// <summary>The broker cannot be reached from here.</summary>
    public bool Cut { set => _link.Cut = value; }

    /// <summary>The process ends here and now: nothing it had begun goes on.</summary>
    public void Kill()
    {
        Alive = false;
        // what it had handed to the kernel still leaves
        _world.Time.After(Delays.Broker, _link.Detach);
    }

    public void Post(Input input)
    {
        if (!Alive) return;
        _inbox.Enqueue(input);
        if (!_working) Drain();
    }

    /// <summary>Takes what came over the link.</summary>
    public void Pump()
    {
        if (_link.Happened == _read) return;
        _read = _link.Happened;
        while (Alive && _link.Events.TryRead(out var happened))
        {
            if (happened is LinkEvent.Received) After(Delays.Broker, () => Read(happened));
            else Read(happened);
        }
    }

    /// <summary>Does it after that much of the host's time, if this process still lives then.</summary>
    public void After(TimeSpan delay, Action action) => _host.After(delay, () =>
    {
        if (Alive) action();
    });

    /// <summary>At a fixed rate. What a standstill made late is done once.</summary>
    public void Every(TimeSpan interval, TimeSpan first, Action action)
    {
        var due = _clock.Now + first;
        After(first, Do);

        void Do()
        {
            action();
            for (due += interval; due <= _clock.Now;) due += interval;
            After(due - _clock.Now, Do);
        }
    }

    public void AddressesChanged()
    {
        foreach (var group in _host.Groups)
        {
            var present = _host.Has(group);
            if (_present[group] == present) continue;
            _present[group] = present;
            Post(new Input.VipChanged(_clock.Now, group, present));
        }
    }

    public void LookAtKeepalived()
    {
        var alive = _host.Keepalived.Alive;
        if (alive == _keepalivedTold) return;
        _keepalivedTold = alive;
        foreach (var group in _host.Groups) Post(new Input.KeepalivedAlive(_clock.Now, group, alive));
    }

    public void HaproxyEnded() => _probes.HaproxyEnded();

    public void Write(Effect.Write write)
    {
        if (_host.Steers) _host.Steer(write.Group, write.File, write.Value, byAgent: true);
        else Post(new Input.WriteFailed(_clock.Now, write.Group, write.File, $"{write.File} of {write.Group}: Read-only file system"));
    }

    public void Persist(Effect.Persist persist) => After(Delays.Disk, () =>
    {
        if (_host.Persists) _host.Obeyed = persist.Obeyed;
        Post(new Input.Persisted(_clock.Now, persist.Request, _host.Persists ? null : "obeyed.json.tmp cannot be written: No space left on device"));
    });

    public void Repeat(string probe) => _probes.Repeat(probe);

    public void Ask(GroupName group, Uri? address) => _probes.Ask(group, address);

    public void Say(Effect.Say say) => _world.AgentSaid(_host, say);

    public Input? LookAt(GroupState group, TimeSpan now) =>
        new Input.FilesRead(now, group.Name, _host.Files.Number(group.Options.FenceFile), _host.Files.Number(group.Options.PriorityFile));

    public void Ticked(TimeSpan now)
    {
        // nobody watches the watcher here
    }

    public void Stepped(AgentState before, Input input, AgentState after) => _world.Watch?.Stepped(before, input, after);

    private void Read(LinkEvent happened)
    {
        if (_intake.Read(happened) is { } input) Post(input);
    }

    /// <summary>What comes while a turn is taken waits for the next, as in a real inbox.</summary>
    private void Drain()
    {
        _working = true;
        while (_inbox.TryDequeue(out var input)) _turns.Take(input);
        _working = false;
    }

    private Input.Started LookAround()
    {
        _working = true;
        _keepalivedTold = _host.Keepalived.Alive;
        var found = new List<GroupAtStart>();
        foreach (var group in _host.Groups)
        {
            _present[group] = _host.Has(group);
            NotifyState? last = _host.Unread.TryGetValue(Topology.Instance(group), out var said) ? said.State : null;
            found.Add(new GroupAtStart(
                group, _host.Files.Number(Topology.FenceFile(group)), _host.Files.Number(Topology.PriorityFile(group)),
                _present[group], _keepalivedTold, last, _host.Obeyed?.GetValueOrDefault(group)));
        }
        _host.Unread.Clear();
        return new Input.Started(_clock.Now, [.. found]);
    }
}
