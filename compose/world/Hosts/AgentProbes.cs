using Contracts.Hosting;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;

namespace World.Hosts;

/// <summary>The probes of one agent, each at its interval from a phase of its own; what they find is how the world is at that moment (docs/probes.md).</summary>
internal sealed class AgentProbes
{
    private readonly AgentProcess _agent;
    private readonly SimulatedWorld _world;
    private readonly ProcessClock _clock;
    private readonly SortedDictionary<string, SimulatedProbe> _probes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<GroupName, ServiceQuestion> _services = [];

    public AgentProbes(AgentProcess agent, SimulatedHost host, SimulatedWorld world, ProcessClock clock, AgentOptions options)
    {
        (_agent, _world, _clock) = (agent, world, clock);
        foreach (var probe in options.Probes) _probes[probe.Name] = new SimulatedProbe(agent, host, world, clock, probe);
        foreach (var group in host.Groups) _services[group] = new ServiceQuestion(agent, host, world, clock, group);
    }

    public void Start()
    {
        foreach (var probe in _probes.Values)
        {
            probe.Due();
            _agent.Every(probe.Options.Interval, _world.Phase(probe.Options.Interval), probe.Regular);
        }
        foreach (var service in _services.Values) _agent.Every(ServiceTally.Interval, _world.Phase(ServiceTally.Interval), service.Sample);
    }

    public void Repeat(string probe)
    {
        if (_probes.TryGetValue(probe, out var known)) known.Repeat();
    }

    public void Ask(GroupName group, Uri? address) => _services[group].Ask(address);

    /// <summary>A process ended that somebody watches: its probe looks at once.</summary>
    public void HaproxyEnded() => _agent.After(Delays.Exit, () =>
    {
        foreach (var probe in _probes.Values)
            if (probe.Options.Process is not null) probe.Due();
    });

    /// <summary>The service behind a VIP, asked from this node once a second while the core wants it.</summary>
    private sealed class ServiceQuestion(AgentProcess agent, SimulatedHost host, SimulatedWorld world, ProcessClock clock, GroupName group)
    {
        private Uri? _address;

        public void Ask(Uri? address)
        {
            _address = address;
            agent.After(TimeSpan.Zero, Sample);
        }

        public void Sample()
        {
            if (_address is not { } address) return;
            var taken = clock.Now;
            var (result, reason, took) = world.Service(host, group);
            agent.After(took, () => agent.Post(new Input.ServiceSampled(clock.Now, group, address, result, reason, taken, clock.Now - taken)));
        }
    }
}
