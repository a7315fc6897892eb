using Contracts.Vocabulary;

namespace NodeAgent.Configuration;

/// <summary>The whole of agent.yaml, checked (docs/configuration.md).</summary>
public sealed record AgentOptions
{
    public required ClusterName Cluster { get; init; }
    public required NodeId Node { get; init; }
    public required BrokerOptions RabbitMq { get; init; }
    /// <summary>The node's signing keys, newest first, as read from the key file.</summary>
    public required string Key { get; init; }
    public required IReadOnlyList<ProbeOptions> Probes { get; init; }
    public required IReadOnlyList<AgentGroupOptions> Groups { get; init; }
    public AgentTimings Timings { get; init; } = new();
    /// <summary>Where obeyed.json lives.</summary>
    public string StateDirectory { get; init; } = "/var/lib/arbiter-agent";
    public MetricsOptions Metrics { get; init; } = new();
    public KeepalivedOptions Keepalived { get; init; } = new();

    /// <summary>Without the secrets, so that a log line never holds them.</summary>
    public override string ToString() => $"AgentOptions {{ {Cluster}/{Node}, {Probes.Count} probes, {Groups.Count} groups }}";
}

public sealed record BrokerOptions(Uri Uri, string Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => Uri.ToString();
}

/// <summary>One probe. Exactly one of <see cref="Process"/>, <see cref="Http"/>, <see cref="Ping"/>, <see cref="Tcp"/>, <see cref="HaproxySocket"/>, <see cref="Command"/> is set.</summary>
public sealed record ProbeOptions
{
    public required string Name { get; init; }
    /// <summary>The process name (comm, at most 15 characters).</summary>
    public string? Process { get; init; }
    /// <summary>Where the process must listen; optional, <c>address:port</c> or <c>*:port</c>.</summary>
    public string? Listen { get; init; }
    public Uri? Http { get; init; }
    /// <summary>Status codes that are good; empty: by class (hard: any complete status line, soft: 2xx and 3xx).</summary>
    public IReadOnlyList<int> Expect { get; init; } = [];
    public IReadOnlyList<string> Ping { get; init; } = [];
    /// <summary>A place that must accept a connection, best with a literal address.</summary>
    public HostPort? Tcp { get; init; }
    /// <summary>haproxy's stats socket, an absolute path of at most 107 bytes.</summary>
    public string? HaproxySocket { get; init; }
    /// <summary>The backend whose servers are counted; null: the probe only asks whether haproxy answers.</summary>
    public string? Backend { get; init; }
    /// <summary>How many servers of <see cref="Backend"/> must be up; 1 or more.</summary>
    public int MinUp { get; init; } = 1;
    /// <summary>An absolute path and its arguments, started as they are: no shell.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
    /// <summary>Whether a command that says "warning" (exit code 1) is good.</summary>
    public bool WarningIsGood { get; init; } = true;
    public required ProbeClass Class { get; init; }
    public required TimeSpan Interval { get; init; }
    public required TimeSpan Deadline { get; init; }
    public required int Rise { get; init; }
    /// <summary>Bad samples until down, while not holding the VIP.</summary>
    public required int Fall { get; init; }
    /// <summary>The same while holding it.</summary>
    public required int HolderFall { get; init; }

    public string Kind =>
        Process is not null ? "process" : Http is not null ? "http" : Tcp is not null ? "tcp" : HaproxySocket is not null ? "haproxySocket"
        : Command.Count > 0 ? "command" : "ping";

    /// <summary>The host of an http or tcp probe; null for the others.</summary>
    public string? Host => Http?.Host ?? Tcp?.Host;

    /// <summary>What is asked, in one line for people; without a command's arguments, which may hold a secret.</summary>
    public string Target => Kind switch
    {
        "process" => Listen is null ? Process! : $"{Process} at {Listen}",
        "http" => Http!.ToString(),
        "tcp" => Tcp!.ToString(),
        "haproxySocket" => Backend is null ? HaproxySocket! : $"{HaproxySocket}, backend {Backend}, {MinUp} up",
        "command" => Command[0],
        _ => string.Join(", ", Ping),
    };
}

/// <param name="Host">An address (IPv6 in brackets) or a name.</param>
public sealed record HostPort(string Host, int Port)
{
    public override string ToString() => $"{Host}:{Port}";
}

public sealed record AgentGroupOptions
{
    public required GroupName Group { get; init; }
    /// <summary>The vrrp_instance of keepalived.conf.</summary>
    public required string Instance { get; init; }
    public required string Interface { get; init; }
    /// <summary>Addresses with prefix length, <c>172.20.0.248/16</c>.</summary>
    public required IReadOnlyList<string> Vips { get; init; }
    /// <summary>The priority in keepalived.conf, 2 to 245.</summary>
    public required int Base { get; init; }
    /// <summary>Effective priority of a sick node; default base - 100.</summary>
    public required int Sick { get; init; }
    /// <summary>advert_int of keepalived.conf; sets the fence deadline.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromSeconds(1);
    public required string FenceFile { get; init; }
    public required string PriorityFile { get; init; }
    public required string NotifyFifo { get; init; }
    /// <summary>keepalived's pid file, for its liveness.</summary>
    public string KeepalivedPidFile { get; init; } = "/run/keepalived.pid";
    /// <summary>virtual_router_id of keepalived.conf; only a label of metrics. null: as keepalived's dump says, or no label.</summary>
    public int? Vrid { get; init; }
    /// <summary>Names of <see cref="AgentOptions.Probes"/> that count for this group's health.</summary>
    public required IReadOnlyList<string> Probes { get; init; }
    /// <summary>Names of the probes whose targets are isolation addresses; default: every ping probe and every soft http or tcp probe of the group.</summary>
    public required IReadOnlyList<string> IsolationProbes { get; init; }
}

/// <summary>Times of the agent; each default is the documented one.</summary>
public sealed record AgentTimings
{
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>A standby's readiness, from the echoed nonce.</summary>
    public TimeSpan Readiness { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>Nothing heard from broker and isolation addresses for this long: isolated.</summary>
    public TimeSpan IsolationGrace { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>An address counts while it answered within this time.</summary>
    public TimeSpan AddressMemory { get; init; } = TimeSpan.FromMinutes(10);
    public TimeSpan TiltGap { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan TiltCalm { get; init; } = TimeSpan.FromSeconds(10);
    public int OwnFences { get; init; } = 3;
    public TimeSpan OwnFenceWindow { get; init; } = TimeSpan.FromMinutes(10);
}
