using System.Collections.Immutable;
using System.Text;
using Contracts.Vocabulary;
using NodeAgent.Configuration;
using NodeAgent.Core;
using NodeAgent.Keepalived;
using World.Vrrp;

namespace World.Hosts;

/// <summary>One machine: its processes, files, interface and disk, and what of it works. Where it meets others the world answers.</summary>
internal sealed class SimulatedHost : IVrrpHost
{
    private readonly SimulatedWorld _world;
    private readonly List<Action> _missed = [];
    private readonly SortedSet<GroupName> _vips = [];
    private readonly SortedDictionary<GroupName, VrrpRole> _said = [];

    public SimulatedHost(SimulatedWorld world, NodeId name, HostClock clock, Random chance)
    {
        (_world, Name, Clock) = (world, name, clock);
        (AgentOptions, Address) = (Topology.Agent(world.Options, name), Topology.Address(world.Options, name));
        Groups = [.. AgentOptions.Groups.Select(g => g.Group)];
        foreach (var group in Groups)
        {
            Files.Write(Topology.PriorityFile(group), 0);
            Files.Write(Topology.FenceFile(group), 0);
        }
        Keepalived = new Keepalived(Topology.Keepalived(world.Options, name, chance), world.Time, this);
        Files.Renamed = Keepalived.FileChanged;
    }

    public NodeId Name { get; }
    public HostClock Clock { get; }
    public string Address { get; }
    public AgentOptions AgentOptions { get; }
    public ImmutableArray<GroupName> Groups { get; }
    public HostFiles Files { get; } = new();
    public Keepalived Keepalived { get; }
    /// <summary>null while none runs.</summary>
    public AgentProcess? Agent { get; set; }
    /// <summary>Whether one should run: on a machine that stands still it starts when that goes on.</summary>
    public bool AgentWanted { get; set; } = true;
    /// <summary>obeyed.json.</summary>
    public ImmutableSortedDictionary<GroupName, ObeyedRecord>? Obeyed { get; set; }
    /// <summary>What waits in the notify FIFO for an agent that does not run.</summary>
    public SortedDictionary<string, LastSaid> Unread { get; } = new(StringComparer.Ordinal);

    public ProxyState Haproxy { get; set; }
    public bool Backends { get; set; } = true;
    public bool GatewayCut { get; set; }
    public bool BrokerCut { get; set; }
    public bool Isolated { get; set; }
    public bool Paused { get; private set; }
    public bool Persists { get; set; } = true;
    public bool Steers { get; set; } = true;
    public ProbeLie Lie { get; set; }

    /// <summary>Packets reach it and it answers them.</summary>
    public bool Answers => !Isolated && !Paused;

    public bool Has(GroupName group) => _vips.Contains(group);

    /// <summary>keepalived said its state: what it had said before.</summary>
    public VrrpRole Said(GroupName group, NotifyState state)
    {
        var before = _said.GetValueOrDefault(group);
        _said[group] = state switch
        {
            NotifyState.Master => VrrpRole.Master,
            NotifyState.Backup => VrrpRole.Backup,
            NotifyState.Fault => VrrpRole.Fault,
            NotifyState.Stop or NotifyState.Deleted => VrrpRole.Stop,
            _ => before,
        };
        return before;
    }

    public RolePicture Role(GroupName group)
    {
        var picture = Keepalived.Picture(Topology.Instance(group));
        return new RolePicture(picture.Role, picture.Priority, Files.Number(Topology.FenceFile(group)) != 0);
    }

    /// <summary>Does it after that much of this host's time; while the host stands still, when it goes on.</summary>
    public void After(TimeSpan delay, Action action) => _world.Time.After(Clock.InWorld(delay), () =>
    {
        if (Paused) _missed.Add(action);
        else action();
    });

    public void StartKeepalived()
    {
        Keepalived.Start();
        if (Paused) Keepalived.Freeze(true);
    }

    public void Pause(bool paused)
    {
        Paused = paused;
        Keepalived.Freeze(paused);
        if (paused) return;
        var missed = _missed.ToArray();
        _missed.Clear();
        foreach (var action in missed) action();
    }

    public string? ReadFile(string path) => Files.Read(path);

    public void WriteFile(string path, string text)
    {
        var value = TrackNumber.Parse(Encoding.ASCII.GetBytes(text));
        foreach (var group in Groups)
        {
            if (path == Topology.PriorityFile(group)) Told(group, SteeringFile.Priority, path, value, byAgent: false);
            else if (path == Topology.FenceFile(group)) Told(group, SteeringFile.Fence, path, value, byAgent: false);
        }
        Files.Write(path, text);
    }

    public void Steer(GroupName group, SteeringFile file, int value, bool byAgent)
    {
        var path = file == SteeringFile.Fence ? Topology.FenceFile(group) : Topology.PriorityFile(group);
        Told(group, file, path, value, byAgent);
        Files.Write(path, value);
    }

    private void Told(GroupName group, SteeringFile file, string path, int value, bool byAgent)
    {
        if (_world.Eyes is { } eyes && Files.Number(path) != value) eyes.FileWritten(Name, group, file, value, byAgent);
    }

    public void Send(Advert advert) => _world.Multicast(this, advert);

    public void AddVips(string instance) => SetVip(instance, true);

    public void RemoveVips(string instance)
    {
        if (!_world.Hosts.AddressKept) SetVip(instance, false);
    }

    /// <summary>An advert arrives.</summary>
    public void Heard(Advert advert)
    {
        if (_world.Hosts.MasterStays && advert.Priority > 0 && Role(_world.Options.Groups[advert.Vrid - 1].Name).Role == VrrpRole.Master) return;
        Keepalived.Heard(advert);
    }

    public void Announce(string instance) => _world.Announce(this, GroupOf(instance));

    public void Notify(string instance, NotifyState state, int priority)
    {
        _world.KeepalivedSaid(this, GroupOf(instance), state);
        After(Delays.Fifo, () =>
        {
            if (Agent is { } agent) agent.Post(new Input.KeepalivedSaid(Clock.Now, instance, state, priority));
            else Unread[instance] = Unread.GetValueOrDefault(instance).After(new NotifyLine(instance, state, priority));
        });
    }

    private void SetVip(string instance, bool present)
    {
        var group = GroupOf(instance);
        if (present ? !_vips.Add(group) : !_vips.Remove(group)) return;
        _world.VipChanged(this, group, present);
        After(Delays.Netlink, () => Agent?.AddressesChanged());
    }

    private GroupName GroupOf(string instance) => Groups.First(g => Topology.Instance(g) == instance);
}
