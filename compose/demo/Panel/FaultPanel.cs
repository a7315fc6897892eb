using System.Collections.Immutable;
using Contracts.Bus;
using Contracts.Vocabulary;
using Demo.Replicas;
using World.Hosts;

namespace Demo.Panel;

/// <summary>Keeps what is pressed and does it: in the world, at the servers, to the replicas. One press at a time.</summary>
internal sealed class FaultPanel : IFaultPanel, IDisposable
{
    private const string StopAll = "stop-arbiters";
    private const string Pause = "pause-leader";
    private const string Split = "split";

    private readonly IWorldHand _world;
    private readonly Servers _servers;
    private readonly ReplicaSet _replicas;
    private readonly Storyline _story;
    private readonly SemaphoreSlim _one = new(1);
    private readonly ImmutableArray<Fault> _all = FaultList.Build();
    private volatile ImmutableHashSet<string> _pressed = [];
    private ImmutableArray<(NodeId One, NodeId Other)> _split = [];
    private Replica? _paused;

    public FaultPanel(IWorldHand world, Servers servers, ReplicaSet replicas, Storyline story) =>
        (_world, _servers, _replicas, _story) = (world, servers, replicas, story);

    public ImmutableArray<Fault> Faults
    {
        get
        {
            var pressed = _pressed;
            return [.. _all.Select(f => f with { On = pressed.Contains(f.Id) })];
        }
    }

    public async Task<string?> Set(string id, bool on, CancellationToken stopping)
    {
        if (_all.FirstOrDefault(f => f.Id == id) is not { } fault) return null;
        await _one.WaitAsync(stopping);
        try
        {
            return await Press(fault, on);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task Heal(CancellationToken stopping)
    {
        await _one.WaitAsync(stopping);
        try
        {
            foreach (var fault in _all.Where(f => _pressed.Contains(f.Id))) await Press(fault, false);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<string> Press(Fault fault, bool on)
    {
        if (_pressed.Contains(fault.Id) == on) return on ? "It is so already." : "Nothing was wrong with it.";
        _pressed = on ? _pressed.Add(fault.Id) : _pressed.Remove(fault.Id);
        var text = on ? FaultList.Doing(fault, await Aim(fault)) : FaultList.Mending(fault);
        // said before it is done: what comes of it is told behind it
        _story.Say("you", text, Tone.Fault);
        await Do(fault, on);
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
    }

    /// <summary>Whom it hits, where that is found out only now.</summary>
    private async Task<string> Aim(Fault fault)
    {
        switch (fault.Kind)
        {
            case Split:
                var picture = await _world.Picture();
                var holder = picture.Groups[0].Holders is [var only, ..] ? only : DemoSetup.Nodes[0];
                _split = [.. DemoSetup.Nodes.Where(n => n != holder).Select(n => (holder, n))];
                return holder.Value;
            case Pause:
                // with no leader at the moment it is whoever runs; with none running, whoever comes first
                return (_paused = _replicas.Spokesman ?? _replicas.All[0]).Name;
            default:
                return fault.Target;
        }
    }

    private async Task Do(Fault fault, bool on)
    {
        switch (fault.Kind)
        {
            case "kill-haproxy" or "hang-haproxy": await Proxy(fault.Target); break;
            case "kill-keepalived": await _world.Do(w => w.SetKeepalived(FaultList.Node(fault), !on)); break;
            case "kill-agent": await Agent(fault, on); break;
            case "cut-gateway" or "cut-gateways": await Gateways(); break;
            case "isolate": await _world.Do(w => w.Isolate(FaultList.Node(fault), on)); break;
            case Split:
                await _world.Do(w =>
                {
                    foreach (var (one, other) in _split) w.Split(one, other, on);
                });
                break;
            case "stop-redis": _servers.SetServer(FaultList.Server(fault), on); break;
            case "stop-broker": _servers.SetBroker(on); break;
            case Pause: _paused?.Standstill.Set(Pause, on); break;
            case StopAll:
                foreach (var replica in _replicas.All) replica.Standstill.Set(StopAll, on);
                break;
            default: throw new InvalidOperationException($"nobody does {fault.Id}");
        }
    }

    private Task Proxy(string target)
    {
        var state = _pressed.Contains($"kill-haproxy/{target}") ? ProxyState.Dead : _pressed.Contains($"hang-haproxy/{target}") ? ProxyState.Hung : ProxyState.Running;
        return _world.Do(w => w.SetHaproxy(NodeId.Parse(target), state));
    }

    private async Task Agent(Fault fault, bool on)
    {
        var node = FaultList.Node(fault);
        await _world.Do(w => w.SetAgent(node, !on));
        if (!on) return;
        // what a broker says of a client whose connection is gone
        foreach (var replica in _replicas.All)
            if (replica.Board.Current.Nodes.FirstOrDefault(n => n.Node == node)?.Event?.Process is { } process && !_servers.Broker.Down)
                replica.Closed($"{ClientNames.Agent(node, process)}/publish");
    }

    private Task Gateways() => _world.Do(w =>
    {
        foreach (var node in DemoSetup.Nodes) w.CutGateway(node, _pressed.Contains("cut-gateways") || _pressed.Contains($"cut-gateway/{node}"));
    });

    public void Dispose() => _one.Dispose();
}
