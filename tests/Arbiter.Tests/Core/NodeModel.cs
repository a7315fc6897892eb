using System.Collections.Immutable;
using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Core;

/// <summary>A node of a script: what its agent would report, and how it obeys (docs/decisions.md). keepalived's elections are written in the script.</summary>
internal sealed class NodeModel(NodeId node, int @base)
{
    public static readonly ClusterName Cluster = ClusterName.Parse("test");
    private readonly SortedDictionary<string, ProbeModel> _probes = new(StringComparer.Ordinal)
    {
        ["gateway"] = new("ping", ProbeClass.Soft, 100),
        ["haproxy"] = new("process", ProbeClass.Hard, 1000),
        ["web"] = new("http", ProbeClass.Soft, 1000),
    };
    private long _seq;
    private int _process = 1;
    private TimeSpan _healthySince = TimeSpan.FromSeconds(-60);
    private TimeSpan _roleSince = TimeSpan.FromSeconds(-60);
    private OrderedRole? _ordered;
    private long _epoch;
    private string? _fault;
    /// <summary>The epoch whose yield was carried out: a refresh does not start it again.</summary>
    private long _yielded;
    private long _tilt;
    private (ProbeState State, TimeSpan Since)? _service;
    /// <summary>Numbered from 1 in each process, as an agent does.</summary>
    private ImmutableArray<(VrrpRole Role, TimeSpan At)> _transitions = [];

    public NodeId Node => node;
    public VrrpRole Role { get; private set; } = VrrpRole.Backup;
    public SteeredRole Steered { get; private set; } = SteeredRole.Untold;
    public bool Fenced { get; private set; }
    public string Process => $"{node}-p{_process}";
    public bool Silent { get; set; }
    /// <summary>A changed level is reported at once.</summary>
    public bool Dirty { get; set; }
    public TimeSpan ReportUntil { get; set; }
    public TimeSpan NextHeartbeat { get; set; }

    private int Priority => Fenced ? 0 : Steered switch
    {
        SteeredRole.Holder => 254,
        SteeredRole.Standby => 253,
        SteeredRole.Yield => 252,
        SteeredRole.Sick => @base - 100,
        _ => @base,
    };

    private Health Health =>
        _probes.Values.Any(p => p is { Class: ProbeClass.Hard, State: ProbeState.Down }) ? Health.HardBad
        : _probes.Values.Any(p => p.State == ProbeState.Down) ? Health.SoftBad
        : Health.Good;

    public void Set(string key, string value, TimeSpan now)
    {
        var wasGood = Health == Health.Good;
        switch (key)
        {
            case "role": Become(Enum.Parse<VrrpRole>(value, ignoreCase: true), now); break;
            case "steered": Steered = Enum.Parse<SteeredRole>(value, ignoreCase: true); break;
            case "fenced": Fenced = value == "yes"; break;
            case "healthy": _healthySince = now - TimeSpan.FromMilliseconds(Math.Round(double.Parse(value, System.Globalization.CultureInfo.InvariantCulture) * 1000)); break;
            case "ordered": _ordered = Enum.Parse<OrderedRole>(value, ignoreCase: true); break;
            case "epoch": _epoch = long.Parse(value); break;
            case "fault": _fault = value == "none" ? null : value; break;
            case "service": _service = value == "none" ? null : (Enum.Parse<ProbeState>(value, ignoreCase: true), now); break;
            case "tilt": _tilt = long.Parse(value); break;
            default: _probes[key].Set(value, now); break;
        }
        if (!wasGood && Health == Health.Good) _healthySince = now;
        Dirty = true;
    }

    /// <summary>From a journal line, which says the whole level each time: what did not change is left alone.</summary>
    public void Replay(string key, string value, TimeSpan now)
    {
        if (key == "priority") return;
        var state = value.Split(':');
        if (!_probes.TryGetValue(key, out var probe)) Set(key, value, now);
        else if (probe.Said != state[0]) Set(key, state[0], now);
        if (state.Length > 1) probe!.FirstMissed(now - TimeSpan.FromMilliseconds(long.Parse(state[1])));
    }

    public void Restart() => (_process, _seq, _transitions, Dirty) = (_process + 1, 0, [], true);

    private void Become(VrrpRole role, TimeSpan now)
    {
        if (role == Role) return;
        var left = Role == VrrpRole.Master;
        (Role, _roleSince) = (role, now);
        _transitions = _transitions.Add((role, now));
        if (left && Steered is not (SteeredRole.Sick or SteeredRole.Yield)) Steered = SteeredRole.Untold;
        if (role == VrrpRole.Master && _ordered == OrderedRole.Holder && Health != Health.HardBad) Steered = SteeredRole.Holder;
    }

    public void Obey(GroupOrder order, TimeSpan now)
    {
        var wasFencedByOrder = Fenced && _ordered == OrderedRole.Fence;
        (_ordered, _epoch, Dirty) = (order.Role, order.Epoch, true);
        switch (order.Role)
        {
            case OrderedRole.Fence:
                if (order.Standby is null && !order.OtherMaster) throw new InvalidOperationException($"a fence for {node} without a way out");
                Fenced = true;
                Become(VrrpRole.Fault, now);
                Steered = SteeredRole.Untold;
                return;
            case OrderedRole.Holder when Role == VrrpRole.Master && Health != Health.HardBad: Steered = SteeredRole.Holder; break;
            case OrderedRole.Standby when Role == VrrpRole.Backup && Health == Health.Good: Steered = SteeredRole.Standby; break;
            case OrderedRole.Yield when Role == VrrpRole.Master && Health != Health.HardBad && order.Standby is not null && _yielded != order.Epoch: (Steered, _yielded) = (SteeredRole.Yield, order.Epoch); break;
            case OrderedRole.Untold when Steered != SteeredRole.Sick: Steered = SteeredRole.Untold; break;
            default: break;
        }
        if (!wasFencedByOrder) return;
        Fenced = false;
        Become(VrrpRole.Backup, now);
    }

    public HealthEvent Report(TimeSpan now, GroupName group, string? process = null) => new()
    {
        V = 1,
        Cluster = Cluster,
        Node = node,
        Process = process ?? Process,
        BootId = $"{node}-boot",
        Seq = ++_seq,
        Nonce = $"{node}-{_seq}",
        LoopDelayMs = 1,
        TiltMs = _tilt,
        Probes = [.. _probes.Select(p => p.Value.Read(p.Key, now))],
        Groups =
        [
            new GroupReading
            {
                Group = group,
                Role = Role,
                RoleMs = (long)(now - _roleSince).TotalMilliseconds,
                VipPresent = Role == VrrpRole.Master,
                KeepalivedAlive = Role is not VrrpRole.Stop,
                EffectivePriority = Priority,
                Base = @base,
                Fenced = Fenced,
                Steered = Steered,
                Health = Health,
                HealthyMs = Health == Health.Good ? (long)(now - _healthySince).TotalMilliseconds : 0,
                Generation = 1,
                Term = 1,
                Epoch = _epoch,
                Ordered = _ordered,
                Pending = _ordered == OrderedRole.Holder && Role != VrrpRole.Master,
                Fault = _fault,
                Service = _service is { } s && Role != VrrpRole.Master
                    ? new ServiceReading(s.State, s.State == ProbeState.Up ? "status 200" : "no connection in 500 ms", (long)(now - s.Since).TotalMilliseconds, s.State == ProbeState.Up ? 1 : -1) : null,
                Transitions = [.. _transitions.Select((t, i) => new RoleTransition($"{node}-boot", i + 1, t.Role, (long)(now - t.At).TotalMilliseconds))],
            },
        ],
    };

    private sealed class ProbeModel(string kind, ProbeClass @class, long interval)
    {
        private TimeSpan _since = TimeSpan.FromSeconds(-60);
        private TimeSpan _firstMiss;
        private int _misses;

        public ProbeClass Class => @class;
        public string Said { get; private set; } = "up";

        public void FirstMissed(TimeSpan at) => _firstMiss = at;
        public ProbeState State { get; private set; } = ProbeState.Up;

        public void Set(string value, TimeSpan now)
        {
            Said = value;
            var bad = value is "miss" or "down";
            if (bad && _misses == 0) _firstMiss = now;
            _misses = bad ? _misses + 1 : 0;
            State = value switch { "down" => ProbeState.Down, "unknown" => ProbeState.Unknown, _ => ProbeState.Up };
            _since = now;
        }

        public ProbeReading Read(string name, TimeSpan now)
        {
            var goods = _misses > 0 ? 0 : (int)Math.Min(1000, (now - _since).TotalMilliseconds / interval + 1);
            return new ProbeReading
            {
                Name = name,
                Kind = kind,
                Class = @class,
                State = State,
                Reason = State == ProbeState.Down ? "no answer" : "ok",
                SinceMs = (long)(now - _since).TotalMilliseconds,
                Misses = _misses,
                FirstMissMs = _misses == 0 ? 0 : (long)(now - _firstMiss).TotalMilliseconds,
                Goods = goods,
                SampleMs = 0,
                PreviousSampleMs = interval,
                LatencyMs = 1,
                IntervalMs = interval,
            };
        }
    }
}
