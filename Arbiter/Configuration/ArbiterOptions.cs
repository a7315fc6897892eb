using Arbiter.Core;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Arbiter.Configuration;

/// <summary>The whole of arbiter.yaml, checked (docs/configuration.md).</summary>
public sealed record ArbiterOptions
{
    public required ClusterName Cluster { get; init; }
    /// <summary>This replica's name; default: the host's name.</summary>
    public required string Replica { get; init; }
    public required Uri RabbitMqUri { get; init; }
    public required string RabbitMqPassword { get; init; }
    public required QuorumOptions Quorum { get; init; }
    /// <summary>The cluster's keys, newest first, as read from the key file.</summary>
    public required string ClusterKey { get; init; }
    /// <summary>Where the API and the status page listen; default 127.0.0.1:8080.</summary>
    public required string HttpListen { get; init; }
    /// <summary>Names by which the API may be asked, besides localhost and any literal address; none by default.</summary>
    public IReadOnlyList<string> HttpHosts { get; init; } = [];
    /// <summary>Where <c>/metrics</c> is served; null = nowhere.</summary>
    public string? HttpMetrics { get; init; }
    public required IReadOnlyList<GroupOptions> Groups { get; init; }
    /// <summary>Who is told what happens; none by default.</summary>
    public IReadOnlyList<ReceiverOptions> Receivers { get; init; } = [];
    /// <summary>None: every receiver is told everything.</summary>
    public IReadOnlyList<NotificationRoute> Routes { get; init; } = [];

    /// <summary>How long events are kept in the history; default 90 days.</summary>
    public TimeSpan HistoryKeep { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Without the secrets, so that a log line never holds them.</summary>
    public override string ToString() => $"ArbiterOptions {{ {Cluster}/{Replica}, {Groups.Count} groups }}";
}

public sealed record QuorumOptions
{
    /// <summary>host:port of each acceptor, 3 or 5 (1 only with <c>quorum: single</c>).</summary>
    public required IReadOnlyList<string> Redis { get; init; }
    public string? User { get; init; }
    public string? Password { get; init; }
    public bool Tls { get; init; }
    /// <summary>File with the certificate (PEM) of the authority that signed the servers'; null: those that the system trusts.</summary>
    public string? TlsCa { get; init; }
    /// <summary>While upgrading from a version that did not sign: what it wrote is believed.</summary>
    public bool AcceptUnsigned { get; init; }
    /// <summary>A person's word that every server has <c>appendonly yes</c> and <c>appendfsync always</c>: restarted ones are trusted.</summary>
    public bool TrustAof { get; init; }
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(6);
    public TimeSpan Renew { get; init; } = TimeSpan.FromMilliseconds(1500);
    public TimeSpan RpcTimeout { get; init; } = TimeSpan.FromMilliseconds(400);
    public TimeSpan Guard { get; init; } = TimeSpan.FromMilliseconds(250);
    /// <summary>Bound of the difference of two hosts' clock rates.</summary>
    public double ClockRate { get; init; } = 0.01;
    public TimeSpan Margin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a candidate waits over a silent leader: longer than the lease at the worst clock-rate ratio.</summary>
    public TimeSpan TakeoverWait => Lease * ((1 + ClockRate) / (1 - ClockRate)) + Margin;

    /// <summary>Without the password.</summary>
    public override string ToString() => $"QuorumOptions {{ {string.Join(", ", Redis)} }}";
}

public sealed record GroupOptions
{
    public required GroupName Name { get; init; }
    public required IReadOnlyList<string> Vips { get; init; }
    public required IReadOnlyList<MemberOptions> Members { get; init; }
    public ControlPlaneLoss OnControlPlaneLoss { get; init; } = ControlPlaneLoss.Local;
    public Isolation OnIsolation { get; init; } = Isolation.Fence;
    public GroupMode Mode { get; init; } = GroupMode.Act;
    public bool Brakes { get; init; } = true;
    public TimeSpan Rearm { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The longest <c>advert_int</c> of the members' keepalived.conf: how long an election may take.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromSeconds(1);
    public IReadOnlyList<ScheduleOptions> Schedules { get; init; } = [];
    /// <summary>An http:// address on one of the VIPs, asked by the nodes that do not hold it; null = none.</summary>
    public string? Service { get; init; }

    /// <summary>The part that every order takes along.</summary>
    internal GroupPolicy Policy => new() { OnControlPlaneLoss = OnControlPlaneLoss, OnIsolation = OnIsolation, Brakes = Brakes, Vips = Vips, Service = Service };
}

/// <summary>A planned move that comes by itself.</summary>
/// <param name="Name">Names it in the register: group, kind, and a digest of what it says.</param>
/// <param name="To">Null: whoever is the standby then.</param>
public sealed record ScheduleOptions(string Name, Timetable Timetable, NodeId? To, string? Why);

public sealed record MemberOptions(NodeId Node, int Preference);
