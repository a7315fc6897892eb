using System.Collections.Immutable;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;
using NodeAgent;
using NodeAgent.Core;
using World.Time;

namespace World.Hosts;

/// <summary>
/// Hosts with keepalived, haproxy and the production agent core, on one segment with a gateway, backends and clients, in virtual time. One
/// thread, and the same random numbers give the same run.
/// </summary>
public sealed class SimulatedWorld : IWorld
{
    private readonly Random _random;
    private readonly Func<NodeId, ISteppedLink> _links;
    private readonly KeyRing _keys;
    private readonly ImmutableSortedDictionary<NodeId, SimulatedHost> _hosts;
    private readonly ImmutableSortedDictionary<GroupName, SimulatedGroup> _groups;
    private readonly ImmutableArray<SimulatedHost> _inOrder;
    private readonly Segment _segment;

    /// <param name="random">Where the processes begin within their intervals, and their names.</param>
    /// <param name="links">A link for an agent that starts: bound to its orders, and not connected.</param>
    /// <exception cref="ArgumentException">The options contradict each other; says how.</exception>
    /// <exception cref="FormatException">The key is no key.</exception>
    public SimulatedWorld(WorldOptions options, Timeline time, Random random, Func<NodeId, ISteppedLink> links)
    {
        Topology.Check(options);
        (Options, Time, _random, _links, _keys) = (options, time, random, links, KeyRing.Parse(options.ClusterKey));
        // a host that was booted a while ago: between a quarter of an hour and eleven days
        _inOrder = [.. options.Nodes.Select(n => new SimulatedHost(this, n, new HostClock(time, TimeSpan.FromSeconds(random.Next(1_000, 1_000_000))), new Random(random.Next())))];
        _hosts = _inOrder.ToImmutableSortedDictionary(h => h.Name, h => h);
        _groups = options.Groups.ToImmutableSortedDictionary(g => g.Name, Group);
        _segment = new Segment(time, _inOrder);
        time.Stepped += Pump;
        foreach (var host in _inOrder)
        {
            // as after a power failure: less apart than the skew of two neighbours in rank (3 ms), so that the best one is elected
            time.After(Phase(TimeSpan.FromMilliseconds(2)), host.StartKeepalived);
            host.After(TimeSpan.FromMilliseconds(20) + Phase(TimeSpan.FromMilliseconds(100)), () => StartAgent(host));
        }
    }

    public WorldOptions Options { get; }
    public Timeline Time { get; }
    public Action<Happening>? Happened { get; set; }

    /// <summary>Rules that the agents do not keep to, set before they start: tests only.</summary>
    internal Deviations Agents { get; set; } = Deviations.None;

    /// <summary>What the hosts' keepalived does wrong, set before the world begins: tests only.</summary>
    internal WorldDeviations Hosts { get; set; } = WorldDeviations.None;

    /// <summary>Sees each step of each agent.</summary>
    internal IStepWatch? Watch { get; set; }

    /// <summary>Sees what becomes of it.</summary>
    internal IWorldWatch? Eyes { get; set; }

    /// <summary>The links of the agents that live.</summary>
    internal IEnumerable<(string Node, ISteppedLink Link)> Links => _inOrder.Where(h => h is { Agent: not null, Paused: false }).Select(h => (h.Name.Value, h.Agent!.Link));

    internal SimulatedHost Host(NodeId node) => _hosts.TryGetValue(node, out var host) ? host : throw new ArgumentException($"{node} is no node of this world", nameof(node));

    public WorldPicture Picture() => new(Time.Now, [.. Options.Groups.Select(g => Picture(_groups[g.Name]))], [.. _inOrder.Select(Picture)]);

    public void SetHaproxy(NodeId node, ProxyState state)
    {
        var host = Host(node);
        if (host.Haproxy == state) return;
        host.Haproxy = state;
        Tell(node, Sentences.Haproxy(state));
        if (state == ProxyState.Dead) host.Agent?.HaproxyEnded();
        Judge();
    }

    public void SetKeepalived(NodeId node, bool alive)
    {
        var host = Host(node);
        if (host.Keepalived.Alive == alive) return;
        Tell(node, alive ? "keepalived was started" : "keepalived was killed: its VIPs stay on the interface");
        if (alive)
        {
            host.StartKeepalived();
            return;
        }
        host.Keepalived.Kill();
        host.After(Delays.Exit, () => host.Agent?.LookAtKeepalived());
    }

    public void SetAgent(NodeId node, bool alive)
    {
        var host = Host(node);
        if (host.AgentWanted == alive) return;
        host.AgentWanted = alive;
        Tell(node, alive ? "the agent was started" : "the agent was killed");
        if (alive)
        {
            host.After(TimeSpan.Zero, () => StartAgent(host));
            return;
        }
        if (host.Agent is { } agent)
        {
            agent.Kill();
            Eyes?.AgentEnded(node, agent.State.Process);
        }
        host.Agent = null;
        host.After(Delays.ExecStopPost, () => Release(host));
    }

    public void CutGateway(NodeId node, bool cut)
    {
        var host = Host(node);
        if (host.GatewayCut == cut) return;
        host.GatewayCut = cut;
        Tell(node, cut ? "the gateway cannot be reached from here" : "the gateway can be reached again");
    }

    public void CutBroker(NodeId node, bool cut)
    {
        var host = Host(node);
        if (host.BrokerCut == cut) return;
        host.BrokerCut = cut;
        Tell(node, cut ? "the broker cannot be reached from here" : "the broker can be reached again");
        Cut(host);
    }

    public void Isolate(NodeId node, bool isolated)
    {
        var host = Host(node);
        if (host.Isolated == isolated) return;
        host.Isolated = isolated;
        Tell(node, isolated ? "its cable was pulled: it reaches nobody" : "its cable is back");
        host.Keepalived.LinkChanged(!isolated);
        Cut(host);
        Judge();
    }

    public void Split(NodeId one, NodeId other, bool split)
    {
        if (!_segment.Split(Host(one), Host(other), split)) return;
        Tell(one, split ? $"hears no VRRP of {other}, nor {other} of it: everything else passes" : $"hears VRRP of {other} again");
    }

    public void SetBackends(NodeId node, bool up)
    {
        var host = Host(node);
        if (host.Backends == up) return;
        host.Backends = up;
        Tell(node, up ? "its backends are back" : "no backend can be reached from here");
        Judge();
    }

    public void SetDisk(NodeId node, bool persists, bool steers)
    {
        var host = Host(node);
        if (host.Persists != persists) Tell(node, persists ? "its disk takes writes again" : "its disk is full");
        if (host.Steers != steers) Tell(node, steers ? "the steering files can be written again" : "the steering files cannot be written");
        (host.Persists, host.Steers) = (persists, steers);
    }

    public void SetPaused(NodeId node, bool paused)
    {
        var host = Host(node);
        if (host.Paused == paused) return;
        Tell(node, paused ? "the whole machine stands still" : "the machine goes on");
        host.Pause(paused);
        Judge();
    }

    /// <summary>The host's own clock: seconds per second (0.5 to 2), and how far it jumps ahead now.</summary>
    public void SetClock(NodeId node, double rate, TimeSpan ahead) => Host(node).Clock.Set(rate, ahead);

    /// <summary>From now on the node's probes say what is not so, or the truth again.</summary>
    internal void SetProbes(NodeId node, ProbeLie lie)
    {
        if (Host(node).Lie == lie) return;
        Host(node).Lie = lie;
        Tell(node, lie switch { ProbeLie.AllBad => "its probes say that nothing works", ProbeLie.AllGood => "its probes say that all is well, whatever is so", _ => "its probes tell the truth" });
    }

    /// <summary>Lets agents read what came for them; by itself after each thing that was done on the timeline.</summary>
    public void Pump()
    {
        foreach (var host in _inOrder)
            if (!host.Paused) host.Agent?.Pump();
    }

    internal TimeSpan Phase(TimeSpan interval) => TimeSpan.FromTicks(_random.NextInt64(interval.Ticks));

    internal void Multicast(SimulatedHost from, Vrrp.Advert advert) => _segment.Multicast(from, advert);

    internal void Announce(SimulatedHost from, GroupName name)
    {
        var group = _groups[name];
        _segment.Announce(from, host => group.Heard(host.Name, from.Name), () => group.Client.Heard(from.Name));
    }

    internal bool Pings(SimulatedHost from, string address)
    {
        if (!from.Answers) return false;
        if (address == Topology.Gateway) return !from.GatewayCut;
        foreach (var host in _inOrder)
            if (host.Address == address) return host.Answers;
        return false;
    }

    /// <summary>What a node that asks the service behind a VIP gets.</summary>
    internal (SampleResult Result, string Reason, TimeSpan Took) Service(SimulatedHost from, GroupName name)
    {
        var group = _groups[name];
        if (!from.Answers || group.Neighbour(from.Name) is not { } node || Silent(group, node))
        {
            if (from.Answers && Answering(group) is { } other) group.Heard(from.Name, other);
            return (SampleResult.Bad, $"no connection in {ServiceTally.Deadline.TotalMilliseconds:F0} ms", ServiceTally.Deadline);
        }
        var host = Host(node);
        return host.Haproxy switch
        {
            ProxyState.Dead => (SampleResult.Bad, "connection refused", Delays.RemoteHttp),
            ProxyState.Hung => (SampleResult.Bad, $"no answer in {ServiceTally.Deadline.TotalMilliseconds:F0} ms", ServiceTally.Deadline),
            _ => host.Backends ? (SampleResult.Good, "status 200", Delays.RemoteHttp) : (SampleResult.Bad, "status 503", Delays.RemoteHttp),
        };
    }

    internal void KeepalivedSaid(SimulatedHost host, GroupName name, NotifyState state)
    {
        Eyes?.RoleChanged(host.Name, name, state);
        var gap = state == NotifyState.Master ? _groups[name].Found(Time.Now) : null;
        if (Sentences.Of(name, state, host.Said(name, state), gap) is { } line) Tell(host.Name, line.Text, line.Tone);
    }

    internal void VipChanged(SimulatedHost host, GroupName name, bool present)
    {
        var group = _groups[name];
        group.Take(host.Name, present, Time.Now);
        Eyes?.HoldersChanged(name, group.Holders);
        // a hand-over overlaps for a moment
        if (present && group.Holders.Count > 1) Time.After(TimeSpan.FromMilliseconds(500), () =>
        {
            if (group.Holders.Count > 1) Tell("client", $"{name} is on {string.Join(" and ", group.Holders)} at the same time", Tone.Bad);
        });
        Judge();
    }

    internal void AgentSaid(SimulatedHost host, Effect.Say say)
    {
        if (Sentences.Of(say) is { } line) Tell(host.Name, line.Text, line.Tone);
    }

    private SimulatedGroup Group(WorldGroup options)
    {
        SimulatedGroup group = null!;
        group = new SimulatedGroup(options)
        {
            Client = new VipClient(Time, node => Obstacle(group, Host(node)), node => Silent(group, node), () => Answering(group))
            {
                Changed = (why, after) => Told(group, why, after),
            },
        };
        return group;
    }

    private void Told(SimulatedGroup group, string? why, TimeSpan after)
    {
        Eyes?.ServiceChanged(group.Name, why);
        Tell("client", Sentences.Served(group.Name, group.Client.Reached, why, after), why is null ? Tone.Good : Tone.Bad);
    }

    private void StartAgent(SimulatedHost host)
    {
        if (host.Groups.IsEmpty || !host.AgentWanted || host.Agent is not null) return;
        host.Agent = new AgentProcess(this, host, _keys.DeriveNode(host.Name), _links(host.Name), _random.NextInt64().ToString("x16", null));
    }

    /// <summary>What systemd runs after the agent's end, however it ended: a plain VRRP pair is left behind.</summary>
    private void Release(SimulatedHost host)
    {
        if (host.Agent is not null || !host.Steers) return;
        foreach (var group in host.AgentOptions.Groups)
            foreach (var effect in NodeAgent.Core.Release.Decide(group, !Agents.LoweredAtEnd && host.Has(group.Group) && host.Keepalived.Alive, host.Files.Number(group.FenceFile), host.Files.Number(group.PriorityFile)))
                if (effect is Effect.Write write) host.Steer(write.Group, write.File, write.Value, byAgent: false);
    }

    private static void Cut(SimulatedHost host)
    {
        if (host.Agent is { } agent) agent.Cut = host.Isolated || host.BrokerCut;
    }

    private void Judge()
    {
        foreach (var group in _groups.Values) group.Client.Judge();
    }

    private bool Silent(SimulatedGroup group, NodeId node) => Host(node) is var host && (!host.Answers || !host.Has(group.Name));

    private NodeId? Answering(SimulatedGroup group)
    {
        foreach (var node in group.Holders)
            if (Host(node).Answers) return node;
        return null;
    }

    private static string? Obstacle(SimulatedGroup group, SimulatedHost host) => host switch
    {
        { Paused: true } => $"{host.Name} stands still",
        { Isolated: true } => $"{host.Name} is cut off",
        _ when !host.Has(group.Name) => $"{host.Name} has it no more",
        { Haproxy: ProxyState.Dead } => $"haproxy of {host.Name} is dead",
        { Haproxy: ProxyState.Hung } => $"haproxy of {host.Name} hangs",
        { Backends: false } => $"{host.Name} reaches no backend",
        _ => null,
    };

    private GroupPicture Picture(SimulatedGroup group) =>
        new(group.Name, [.. group.Holders], group.Client.Reached, group.Client.Served, [.. group.Client.Outages], group.Moves);

    private static NodePicture Picture(SimulatedHost host) => new(
        host.Name, host.Haproxy, host.Keepalived.Alive, host.Agent is not null, host.GatewayCut, host.BrokerCut, host.Isolated,
        host.Groups.ToImmutableSortedDictionary(g => g, host.Role));

    private void Tell(NodeId node, string fault) => Tell(node, fault, Tone.Fault);

    private void Tell(NodeId node, string text, Tone tone) => Tell(node.Value, text, tone);

    private void Tell(string who, string text, Tone tone) => Happened?.Invoke(new Happening(Time.Now, who, text, tone));
}
